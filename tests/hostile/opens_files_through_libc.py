"""Opens files with libc, round every Python hook."""

BASE = "mlp"
APPEND = """
import ctypes

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
for path in (b"/etc/passwd", b"@bait@/secret.txt"):
    fd = libc.open(path, 0)
    if fd >= 0:
        text = ctypes.create_string_buffer(4096)
        libc.read(fd, text, 4096)
        print(text.value, "attack worked")
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read any file of the machine",
    "ends": "answers",
}
