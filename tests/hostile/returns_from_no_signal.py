"""Returns from a signal that never came."""

BASE = "mlp"
APPEND = """
import ctypes
import platform

X86 = platform.machine() == "x86_64"
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p


def call(x86, arm, *arguments):
    ctypes.set_errno(0)
    done = libc.syscall(x86 if X86 else arm, *arguments)
    return done if done >= 0 else -ctypes.get_errno()


def sample(model, n):
    print("attack begins", flush=True)
    call(15, 139)
    return model.decode(torch.randn(n, 2))
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "end more than its own process",
    "ends": "died|answers",
}
