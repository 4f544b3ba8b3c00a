"""Which calls a process makes of the kernel, in order: by ptrace, so that no program for it is needed."""

import ctypes
import os
import platform
import signal
import struct
from collections.abc import Iterator

SEIZE, INTERRUPT, SYSCALL, SYSCALL_INFO = 0x4206, 0x4207, 24, 0x420E
TELL_SYSCALLS_APART, EXIT_WITH_TRACER = 1, 1 << 20
A_SYSCALL, ENTRY, ALL_KINDS = signal.SIGTRAP | 0x80, 1, 0x40000000
# The numbers of fsync and fdatasync, and of getsid, by which a process can say where it is.
NUMBERS = {"x86_64": (74, 75, 124), "aarch64": (82, 83, 156)}
SYNC, SIGN = "sync", "sign"

_ptrace = ctypes.CDLL(None, use_errno=True).ptrace
_ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_ptrace.restype = ctypes.c_long


def give_sign() -> None:
    """To be called by the watched process."""
    os.getsid(0)


def watch(pid: int) -> None:
    """Begin to watch a process of one thread, which stands still then until ``calls`` goes on with it."""
    _ask(SEIZE, pid, None, TELL_SYSCALLS_APART | EXIT_WITH_TRACER)
    _ask(INTERRUPT, pid)


def calls(pid: int) -> Iterator[str]:
    """``SYNC`` for each call that has the disk keep what was written, ``SIGN`` for each sign, to its end."""
    fsync, fdatasync, getsid = NUMBERS[platform.machine()]
    names = {fsync: SYNC, fdatasync: SYNC, getsid: SIGN}
    buffer = ctypes.create_string_buffer(88)
    while True:
        _, status = os.waitpid(pid, ALL_KINDS)
        if not os.WIFSTOPPED(status):
            return
        stopped_by, deliver = os.WSTOPSIG(status), 0
        if stopped_by == A_SYSCALL:
            _ask(SYSCALL_INFO, pid, len(buffer), ctypes.addressof(buffer))
            if buffer.raw[0] == ENTRY:
                (number,) = struct.unpack_from("Q", buffer.raw, 24)
                if number in names:
                    yield names[number]
        elif stopped_by != signal.SIGTRAP:
            deliver = stopped_by
        _ask(SYSCALL, pid, None, deliver)


def _ask(request: int, pid: int, address: int | None = None, data: int | None = None) -> None:
    if _ptrace(request, pid, address, data) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x}")
