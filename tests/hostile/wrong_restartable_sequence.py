"""Points the kernel to a restartable sequence that is none."""

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


print("attack begins")
try:
    offset = ctypes.c_ssize_t.in_dll(libc, "__rseq_offset").value
except ValueError:
    offset = 0
area = (ctypes.c_ulong * 16)()
call(334, 293, ctypes.byref(area), 32, 0, 0x53053053)
if X86 and offset:
    place = ctypes.c_ulong()
    call(158, 0, 0x1003, ctypes.byref(place))  # ARCH_GET_FS
    ctypes.c_ulong.from_address(place.value + offset + 8).value = 8
for _ in range(100):
    call(24, 124)
print("still here")
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "end more than its own process",
    "ends": "died|answers",
}
