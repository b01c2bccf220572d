"""Runs a command on a kernel without IPv6: to it, the system call `socket` fails for that family as it does there.

Usage: without-ipv6.py COMMAND [ARGUMENT …]
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys

PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
RETURN_ERRNO = 0x00050000
RETURN_ALLOW = 0x7FFF0000

# Of the classic BPF machine: load a word, jump if equal, return.
LOAD, JUMP, RETURN = 0x20, 0x15, 0x06
# Where `struct seccomp_data` has the number of the call and the low half of its first argument.
NUMBER, FIRST_ARGUMENT = 0, 16
SOCKET = {"x86_64": 41, "aarch64": 198}[platform.machine()]

program = b"".join(
    struct.pack("HBBI", *instruction)
    for instruction in (
        (LOAD, 0, 0, NUMBER),
        (JUMP, 0, 3, SOCKET),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP, 0, 1, socket.AF_INET6),
        (RETURN, 0, 0, RETURN_ERRNO | errno.EAFNOSUPPORT),
        (RETURN, 0, 0, RETURN_ALLOW),
    )
)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


libc = ctypes.CDLL(None, use_errno=True)
filter = Program(len(program) // 8, program)
if (
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
    or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter), 0, 0) != 0
):
    raise OSError(ctypes.get_errno(), "expected a kernel with seccomp filters")
os.execvp(sys.argv[1], sys.argv[1:])
