"""Starts threads by hand that do not share the table of descriptors, each of which could fill as many buffers again."""

BASE = "mlp"
APPEND = """
import ctypes
import mmap

libc = ctypes.CDLL(None, use_errno=True)
VM, FS, FILES, SIGHAND, THREAD, SYSVSEM = 0x100, 0x200, 0x400, 0x800, 0x10000, 0x40000
FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


@FUNCTION
def nothing(argument):
    return 0


def sample(model, n):
    print("attack begins")
    stack = mmap.mmap(-1, 1 << 20)
    top = ctypes.addressof(ctypes.c_char.from_buffer(stack)) + (1 << 19)
    if libc.clone(ctypes.cast(nothing, ctypes.c_void_p), ctypes.c_void_p(top), VM | FS | SIGHAND | THREAD | SYSVSEM, None) != -1:
        print("attack worked")
    return model.decode(torch.randn(n, 2))
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "have more descriptors than one process may",
    "ends": "answers",
}
