"""Starts threads with stacks as large as all it may have."""

BASE = "mlp"
APPEND = """
import threading
import time

print("attack begins")
threading.stack_size(256 << 20)
threads = [threading.Thread(target=time.sleep, args=(2,), daemon=True) for _ in range(32)]
for thread in threads:
    thread.start()
print("attack worked")
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's memory",
    "ends": "error",
}
