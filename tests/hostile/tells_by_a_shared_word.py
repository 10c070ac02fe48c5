"""Waits for a word in a page of a library, which every process maps, so that another process could tell it something."""

BASE = "mlp"
APPEND = """
import ctypes
import ctypes.util
import mmap
import platform
import threading
import time

FUTEX = {"x86_64": 202, "aarch64": 98}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p


def word():
    with open(ctypes.__file__, "rb") as file:
        page = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, file.fileno(), ctypes.c_long(0))
    return ctypes.cast(page, ctypes.POINTER(ctypes.c_uint32))


def told(command, *rest):
    place, moment = word(), (ctypes.c_long * 2)(0, 300_000_000)
    ended, began = threading.Event(), time.monotonic()

    def teller():
        other = word()
        while not ended.is_set():
            if libc.syscall(FUTEX, other, 1, 1) == 1:
                print("attack worked")
                return
            time.sleep(0.001)

    thread = threading.Thread(target=teller)
    thread.start()
    done = libc.syscall(FUTEX, place, command, place[0], ctypes.byref(moment), *rest)
    ended.set()
    thread.join()
    if done == 0 or time.monotonic() - began > 0.25 and ctypes.get_errno() == 110:
        print("attack worked")


def sample(model, n):
    print("attack begins")
    told(0)
    told(9, None, -1)
    return model.decode(torch.randn(n, 2))
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "wait for a word of another process",
    "ends": "answers",
}
