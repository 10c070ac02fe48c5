"""Downloads a model from the network."""

BASE = "mlp"
APPEND = """
import urllib.request

print("attack begins")
urllib.request.urlopen("http://127.0.0.1:@tcp@/vae.pt", timeout=1)
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "reach anything over a network",
    "ends": "error",
}
