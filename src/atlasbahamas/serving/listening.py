"""A listening socket is closed without losing a connection that somebody has already made to it.

The kernel makes connections by itself and queues them. One that is made between the last look at the queue and the closing of
the socket is broken off, and whoever made it has perhaps sent a request: a proxy must not send a POST a second time then.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys

SETTLES_IN = 0.1
"""Seconds until every connection that was begun before `turn_away` is in the queue: many round trips of a local network."""

_SO_ATTACH_FILTER = 26
_SYN = 0x02
# For the kernel's packet filter: byte 13 of a TCP header holds the flags; with SYN the packet is dropped, else it passes.
_WITHOUT_SYN = b"".join(
    struct.pack("HBBI", *step) for step in ((0x30, 0, 0, 13), (0x45, 0, 1, _SYN), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
)


def turn_away(listener: socket.socket) -> None:
    """Let no new connection into the queue of a TCP socket that will be closed: whoever knocks is not heard, knocks again after a
    second and is refused, since it is closed by then. What is in the queue stays, to be accepted. Linux only; elsewhere nothing.
    """
    if sys.platform != "linux" or listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    steps = ctypes.create_string_buffer(_WITHOUT_SYN)
    program = struct.pack("HL", len(_WITHOUT_SYN) // 8, ctypes.addressof(steps))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
