"""What untrusted code may do, layer by layer, and the drill that proves it on this machine.

Runs in the zygote (which builds the rules) and in each child (which puts them on, and cannot take them
off). A plain sibling module of ``zygote.py``: it imports nothing of ``grader``. Landlock and seccomp are
imported when they are asked for, so that the unsafe mode works where they do not exist.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

LINUX = sys.platform.startswith("linux")
CAP_DAC_READ_SEARCH = 2  # linux/capability.h
EXIT_MEMORY = 77  # the child ran out of memory where it could not say so
EXIT_SETUP = 78  # the lock-down failed; student code never started

# prctl codes, linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_PR_SET_KEEPCAPS = 8
_PR_SET_NAME = 15
_PR_GET_NAME = 16
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_VMA = 0x53564D41

# Calls that training a network, importing libraries and raising errors need; all others answer EPERM.
# Those that depend on their arguments are added in ``system_call_filter``. Not among them, though harmless by their names:
# sendmsg (descriptors on their way hold memory outside every limit), membarrier and msync (they wait where no signal
# reaches, which the host takes for the kernel's doing, and so would wait for ever).
ALLOWED_CALLS = """\
read write readv writev pread64 pwrite64 close lseek fstat newfstatat stat lstat statx statfs fstatfs
access faccessat faccessat2 readlink readlinkat getdents64 getcwd chdir fchdir umask ftruncate
dup dup2 dup3 pipe pipe2 eventfd2 poll ppoll select pselect6
epoll_create1 epoll_ctl epoll_wait epoll_pwait
mmap munmap mprotect mremap brk
set_robust_list rseq sched_yield
exit exit_group restart_syscall
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
pause alarm setitimer getitimer
getpid gettid getppid getuid geteuid getgid getegid getgroups getresuid getresgid
getpgrp uname getrusage times getrlimit getcpu sched_get_priority_max sched_get_priority_min
nanosleep gettimeofday time getrandom arch_prctl
shutdown getsockname getpeername getsockopt
""".split()  # noqa: SIM905 - a table of words is easier to check than a list of strings

# What pthread_create asks for: VM FS FILES SIGHAND THREAD SYSVSEM SETTLS PARENT_SETTID CHILD_CLEARTID. Without
# FILES each thread would have a table of descriptors of its own, and so much more memory in sockets.
_CLONE_PTHREAD = 0x3D0F00
_FUTEX_COMMAND, _FUTEX_PRIVATE = 0x7F, 0x80
_FUTEX_SHARED_WAITS = (0, 9)  # FUTEX_WAIT FUTEX_WAIT_BITSET
_FUTEX_OWN = (0, 1, 3, 4, 5, 9, 10)
# WAIT WAKE REQUEUE CMP_REQUEUE WAKE_OP WAIT_BITSET WAKE_BITSET. Those that inherit priority name a thread, of any
# process, whose end they wait for.
_MADVISE_ALLOWED = (0, 1, 2, 3, 4, 8, 14, 15, 16, 17)
# NORMAL RANDOM SEQUENTIAL WILLNEED DONTNEED FREE HUGEPAGE NOHUGEPAGE DONTDUMP DODUMP: none takes a page from others
_CLOCKS_OF_OTHERS = 0x80000000  # clocks of processes and descriptors have negative numbers
_OWN_ONLY = ("sched_getaffinity", "sched_getparam", "sched_getscheduler", "getpgid", "getsid")  # by process 0, oneself
_FCNTL_ALLOWED = (0, 1, 2, 3, 1030)  # DUPFD GETFD SETFD GETFL DUPFD_CLOEXEC
_F_SETFL = 4
# Past the cache every read waits for the disk, however often: the host would forgive all of that time.
_O_DIRECT = getattr(os, "O_DIRECT", 0)
# Landlock before kernel 6.2 does not see O_RDONLY|O_TRUNC, and never O_PATH.
_OPEN_DENIED = os.O_TRUNC | getattr(os, "O_PATH", 0) | _O_DIRECT
_IOCTL_ALLOWED = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
_PRCTL_ALLOWED = (_PR_SET_NAME, _PR_GET_NAME, _PR_GET_DUMPABLE, _PR_SET_VMA)


class LayerMissing(Exception):
    """This system does not have a layer; ``layer`` names it (``"landlock"``, ``"libseccomp"``)."""

    def __init__(self, layer: str, detail: str) -> None:
        super().__init__(detail)
        self.layer = layer


def _prctl(option: int, argument: int = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, argument, 0, 0, 0) == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({option}): {os.strerror(code)}")


# --- layers --------------------------------------------------------------------------------------------


def landlock_rules(readable: Iterable[str]) -> Any:
    """Build (not yet enforce) rules under which only ``readable`` trees can be read and nothing written.

    Every right the kernel knows is handled, so what is not allowed here is denied: writing, creating,
    TCP, and (kernel 6.12) abstract sockets and signals to processes outside. Raises ``LayerMissing``.
    """
    try:
        import landlockpy
    except ImportError as e:
        raise LayerMissing("landlockpy", str(e)) from e
    abi = landlockpy.abi_version()
    if abi == 0:
        raise LayerMissing("landlock", "the kernel has no Landlock, or it is switched off")
    rules = landlockpy.Ruleset(scoped=landlockpy.scope_for_abi(abi))
    file_rights = landlockpy.AccessFS.READ_FILE | landlockpy.AccessFS.EXECUTE
    for path in readable:
        if os.path.isdir(path):
            rules.allow_path(path, file_rights | landlockpy.AccessFS.READ_DIR)
        elif path == os.devnull:
            rules.allow_path(path, landlockpy.AccessFS.READ_FILE | landlockpy.AccessFS.WRITE_FILE)
        elif os.path.exists(path):
            rules.allow_path(path, file_rights)
    return rules


def system_call_filter() -> Any:
    """Build (not yet load) the allowlist of system calls. Raises ``LayerMissing``."""
    try:
        import pyseccomp as sc
    except ImportError as e:
        raise LayerMissing("pyseccomp", str(e)) from e
    except RuntimeError as e:  # it looks for the library when it is imported
        raise LayerMissing("libseccomp", str(e)) from e
    allow, missing = sc.ALLOW, sc.ERRNO(errno.ENOSYS)
    rules = sc.SyscallFilter(sc.ERRNO(errno.EPERM))
    rules.set_attr(sc.Attr.CTL_OPTIMIZE, 2)  # binary search instead of a list of 150 comparisons
    for name in ALLOWED_CALLS:
        if sc.resolve_syscall(sc.Arch.NATIVE, name) >= 0:  # aarch64 has no stat, poll, dup2 ...
            rules.add_rule(allow, name)
    for name, flags in (("open", 1), ("openat", 2)):
        if sc.resolve_syscall(sc.Arch.NATIVE, name) >= 0:
            rules.add_rule(allow, name, sc.Arg(flags, sc.MASKED_EQ, _OPEN_DENIED, 0))
    # Their arguments lie behind a pointer: libc falls back to openat and clone.
    rules.add_rule(missing, "openat2")
    rules.add_rule(missing, "clone3")
    rules.add_rule(allow, "clone", sc.Arg(0, sc.EQ, _CLONE_PTHREAD))
    # A shared futex is known by its page, and every process maps the pages of the same libraries: whoever waits for
    # one can be told something by a process that has seen an image. Nobody waits here. pthread_join, the one honest
    # use, looks again at once when it is told that the value has changed, and so goes round until the thread has ended.
    for command in _FUTEX_OWN:
        own = sc.Arg(1, sc.MASKED_EQ, _FUTEX_PRIVATE | _FUTEX_COMMAND, _FUTEX_PRIVATE | command)
        rules.add_rule(allow, "futex", own)
    for wait in _FUTEX_SHARED_WAITS:
        shared_wait = sc.Arg(1, sc.MASKED_EQ, _FUTEX_PRIVATE | _FUTEX_COMMAND, wait)
        rules.add_rule(sc.ERRNO(errno.EAGAIN), "futex", shared_wait)
    # What others do with the processor, their processes and their memory is nobody's business.
    for name in ("clock_gettime", "clock_getres", "clock_nanosleep"):
        rules.add_rule(allow, name, sc.Arg(0, sc.MASKED_EQ, _CLOCKS_OF_OTHERS, 0))
    for name in _OWN_ONLY:
        rules.add_rule(allow, name, sc.Arg(0, sc.EQ, 0))
    rules.add_rule(allow, "getpriority", sc.Arg(0, sc.EQ, 0), sc.Arg(1, sc.EQ, 0))
    # A stream pair reaches nobody else; a datagram pair could address any socket of the machine.
    stream_pair = (sc.Arg(0, sc.EQ, socket.AF_UNIX), sc.Arg(1, sc.MASKED_EQ, 0xF, socket.SOCK_STREAM))
    rules.add_rule(allow, "socketpair", *stream_pair)
    # An answer needs no bytes out of band, which are a part of the kernel that has had flaws enough.
    for name in ("sendto", "recvfrom"):
        rules.add_rule(allow, name, sc.Arg(3, sc.MASKED_EQ, socket.MSG_OOB, 0))
    # Reading one's own limits, not setting any.
    rules.add_rule(allow, "prlimit64", sc.Arg(0, sc.EQ, 0), sc.Arg(2, sc.EQ, 0))
    rules.add_rule(allow, "fcntl", sc.Arg(1, sc.EQ, _F_SETFL), sc.Arg(2, sc.MASKED_EQ, _O_DIRECT, 0))
    for name, position, codes in (
        ("fcntl", 1, _FCNTL_ALLOWED),
        ("ioctl", 1, _IOCTL_ALLOWED),
        ("prctl", 0, _PRCTL_ALLOWED),
        ("madvise", 2, _MADVISE_ALLOWED),
    ):
        for code in codes:
            rules.add_rule(allow, name, sc.Arg(position, sc.EQ, code))
    return rules


def limit_resources(limits: Mapping[str, int], base_memory: int, base_tasks: int) -> None:
    """Set the limits of one child.

    ``base_memory`` is the zygote's own VmSize in bytes, ``base_tasks`` the number of threads that the user runs
    elsewhere, where the limit counts them.
    """
    import resource  # not on Windows, where the host still has to say so

    cpu = limits["cpu_seconds"]
    if LINUX:
        tasks = base_tasks + limits["threads"]
        resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks))
    for kind, soft, hard in (
        (resource.RLIMIT_AS, base_memory + limits["memory_bytes"], 0),
        (resource.RLIMIT_CPU, cpu, 1),  # SIGXCPU, a second later SIGKILL
        (resource.RLIMIT_FSIZE, limits["file_bytes"], 0),
        (resource.RLIMIT_NOFILE, limits["nofile"], 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        try:
            resource.setrlimit(kind, (soft, soft + hard))
        except (ValueError, OSError):
            if LINUX:  # macOS cannot limit the address space
                raise
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full file is an OSError, not a crash


def drop_privileges(uid: int | None, *, search: bool) -> None:
    """Leave root, for ``uid`` if given, and give up every capability. Nothing to do for a user.

    With ``search`` one is kept, to pass through folders that are closed to others: Python may lie in root's home. What
    may be read there is Landlock's to say.
    """
    if os.getuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == -1:
            break  # past the last capability that this kernel knows
    if uid is not None:
        if search:
            _prctl(_PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    kept = 1 << CAP_DAC_READ_SEARCH if search else 0
    version_3 = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)(kept, kept)  # effective, permitted; not inheritable
    if libc.capset(version_3, sets) == -1:
        raise OSError(ctypes.get_errno(), "capset")


def die_with(parent: int) -> None:
    """Ask for SIGKILL when the parent dies; after any change of uid, which would clear the request."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the request
        os._exit(EXIT_SETUP)


def refuse_tracing() -> None:
    """No core dump, no ptrace by equals, ``/proc/self`` owned by root."""
    _prctl(_PR_SET_DUMPABLE, 0)


def refuse_new_privileges() -> None:
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def process_status(pid: int | str) -> dict[str, str]:
    """What the kernel says of a process, by the names of ``/proc/PID/status``; nothing where it does not say."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as f:
            return {k: v.strip() for k, _, v in (line.partition(":") for line in f)}
    except OSError:
        return {}


# --- the drill -----------------------------------------------------------------------------------------


def escapes(targets: Mapping[str, Any], channel: int) -> list[str]:
    """Try harmless attacks from inside the lock-down; return the names of those that worked.

    ``targets`` are things that the host has put in reach: ``file`` and ``folder`` (paths), ``tcp`` (port),
    ``abstract`` (socket name), and the ``limits`` that are promised;
    ``channel`` is the one descriptor that was left open. An empty list means that the isolation holds.
    """
    import resource
    import threading

    limits = targets["limits"]

    def attack_read() -> None:
        with open(targets["file"], "rb") as f:
            f.read(1)

    def attack_list() -> None:
        os.listdir(targets["folder"])

    def attack_write() -> None:
        os.close(os.open(targets["file"], os.O_WRONLY))

    def attack_truncate() -> None:
        os.close(os.open(targets["file"], os.O_RDONLY | os.O_TRUNC))

    def attack_create() -> None:
        path = os.path.join("/tmp", f"grader-drill-{os.getpid()}")
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        os.unlink(path)

    def attack_change_mode() -> None:
        os.chmod(targets["file"], 0o600)

    def attack_tcp() -> None:
        with socket.create_connection(("127.0.0.1", targets["tcp"]), timeout=1):
            pass

    def attack_udp() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"x", ("127.0.0.1", targets["tcp"]))

    def attack_abstract_socket() -> None:
        with socket.socket(socket.AF_UNIX) as s:
            s.connect("\0" + targets["abstract"])

    def attack_signal() -> None:
        os.kill(os.getppid(), 0)

    def attack_fork() -> None:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)

    def attack_parent_memory() -> None:
        os.close(os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY))

    def attack_password_file() -> None:
        with open("/etc/passwd", "rb") as f:
            f.read(1)

    def attack_change_limits() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1, 1))

    def attack_memory() -> None:
        mmap.mmap(-1, 2 * limits["memory_bytes"]).close()

    def attack_threads() -> None:
        end = threading.Event()
        try:
            for _ in range(limits["threads"] + 1):
                threading.Thread(target=end.wait).start()
        except RuntimeError as e:
            raise OSError from e
        finally:
            end.set()

    def attack_descriptors() -> None:
        copies: list[int] = []
        try:
            for _ in range(limits["nofile"] + 1):
                copies.append(os.dup(0))
        finally:
            for fd in copies:
                os.close(fd)

    def attack_long_file() -> None:
        os.pwrite(1, b"x", limits["file_bytes"])

    def attack_dump_of_memory() -> None:
        if resource.getrlimit(resource.RLIMIT_CORE) == (0, 0):
            raise OSError

    def attack_locked_memory() -> None:
        if resource.getrlimit(resource.RLIMIT_MEMLOCK) == (0, 0):
            raise OSError

    def attack_processor_time() -> None:
        if resource.getrlimit(resource.RLIMIT_CPU) == (limits["cpu_seconds"], limits["cpu_seconds"] + 1):
            raise OSError

    def attack_session_of_the_grader() -> None:
        if os.getsid(0) == os.getpid():
            raise OSError

    def attack_inherited_descriptors() -> None:
        for fd in range(3, limits["nofile"]):
            if fd != channel:
                with contextlib.suppress(OSError):
                    os.fstat(fd)
                    return
        raise OSError

    def attack_datagrams() -> None:
        for s in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM):
            s.close()

    attacks: list[Callable[[], None]] = [
        attack_read,
        attack_list,
        attack_write,
        attack_truncate,
        attack_create,
        attack_change_mode,
        attack_tcp,
        attack_udp,
        attack_abstract_socket,
        attack_signal,
        attack_fork,
        attack_parent_memory,
        attack_password_file,
        attack_memory,
        attack_descriptors,
        attack_long_file,
        attack_dump_of_memory,
        attack_locked_memory,
        attack_processor_time,
        attack_session_of_the_grader,
        attack_inherited_descriptors,
        attack_datagrams,
    ]
    if limits["threads"] is not None:
        attacks.append(attack_threads)
    attacks.append(attack_change_limits)  # after what needs them
    worked = _calls_let_through()
    for attack in attacks:
        try:
            attack()
        except (OSError, ValueError, MemoryError):
            continue
        worked.append(attack.__name__.removeprefix("attack_").replace("_", " "))
    return worked


def _calls_let_through() -> list[str]:
    """The names of system calls that ``system_call_filter`` restricts and that were not refused with what it answers.

    Each is asked for something that the filter denies, and that the kernel would answer otherwise without it.
    """
    sc = sys.modules.get("pyseccomp")  # which cannot be imported here any more
    if sc is None:
        return ["every system call"]
    libc = ctypes.CDLL(None, use_errno=True)
    word, lock = ctypes.c_uint32(0), ctypes.c_uint32(0)
    page = mmap.mmap(-1, mmap.PAGESIZE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    moment = (ctypes.c_long * 2)(0, 1000)
    other = os.getppid()
    asked: list[tuple[str, tuple[Any, ...], int]] = [
        ("futex", (ctypes.byref(word), 0, 0, ctypes.byref(moment)), errno.EAGAIN),  # else it waits for nothing
        ("futex", (ctypes.byref(word), 9, 0, ctypes.byref(moment), 0, 1), errno.EAGAIN),
        ("futex", (ctypes.byref(word), 1, 1), errno.EPERM),
        ("futex", (ctypes.byref(lock), 8 | _FUTEX_PRIVATE), errno.EPERM),  # FUTEX_TRYLOCK_PI
        ("membarrier", (0, 0), errno.EPERM),
        ("msync", (start, mmap.PAGESIZE, 4), errno.EPERM),
        ("sendmsg", (-1, None, 0), errno.EPERM),
        ("sendto", (-1, None, 0, int(socket.MSG_OOB), None, 0), errno.EPERM),
        ("recvfrom", (-1, None, 0, int(socket.MSG_OOB), None, None), errno.EPERM),
        ("openat", (-100, b"/dev/null", getattr(os, "O_PATH", 0)), errno.EPERM),
        ("openat", (-100, b"/dev/null", _O_DIRECT), errno.EPERM),
        ("fcntl", (0, _F_SETFL, _O_DIRECT), errno.EPERM),
        ("set_tid_address", (ctypes.byref(word),), errno.EPERM),
        ("clone", (0x10000,), errno.EPERM),  # a thread that shares nothing: EINVAL
        ("clone3", (None, 0), errno.ENOSYS),
        ("openat2", (-1, None, None, 0), errno.ENOSYS),
        ("madvise", (start, mmap.PAGESIZE, 21), errno.EPERM),  # MADV_PAGEOUT
        ("madvise", (start, mmap.PAGESIZE, 20), errno.EPERM),  # MADV_COLD
        ("mincore", (start, mmap.PAGESIZE, ctypes.byref(word)), errno.EPERM),
        ("fadvise64", (0, 0, 0, 4), errno.EPERM),
        ("sysinfo", (start,), errno.EPERM),
        ("process_madvise", (-1, None, 0, 0, 0), errno.EPERM),
        ("clock_gettime", ((~other << 3) | 2, ctypes.byref(moment)), errno.EPERM),
        ("clock_getres", ((~other << 3) | 2, ctypes.byref(moment)), errno.EPERM),
        ("getpgid", (other,), errno.EPERM),
        ("getsid", (other,), errno.EPERM),
        ("getpriority", (0, other), errno.EPERM),
        ("getpriority", (2, 0), errno.EPERM),
        ("sched_getaffinity", (other, mmap.PAGESIZE, start), errno.EPERM),
        ("sched_getparam", (other, start), errno.EPERM),
        ("sched_getscheduler", (other,), errno.EPERM),
        ("fcntl", (0, 1031, 0), errno.EPERM),  # F_SETPIPE_SZ
        ("ioctl", (0, 0x5412, start), errno.EPERM),  # TIOCSTI
        ("prctl", (_PR_SET_PDEATHSIG, 0), errno.EPERM),
        ("prctl", (_PR_SET_DUMPABLE, 1), errno.EPERM),
    ]
    through = []
    for name, arguments, answer in asked:
        number = sc.resolve_syscall(sc.Arch.NATIVE, name)
        ctypes.set_errno(0)
        if number >= 0 and not (libc.syscall(number, *arguments) == -1 and ctypes.get_errno() == answer):
            through.append(name)
    if libc.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) != 0:
        through.append("tracing by equals")
    return list(dict.fromkeys(through))
