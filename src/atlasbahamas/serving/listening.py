"""A listening socket is closed without losing a connection that somebody has already made to it.

The kernel makes connections by itself and queues them. One that is made between the last look at the queue and the closing of
the socket is broken off, and whoever made it has perhaps sent a request: a proxy must not send a POST a second time then.

So nobody is heard any more before the queue is emptied. The way there is RFC 5082: a socket may want packets that have made few
hops, and none has made fewer than none. Any process may say so of its own socket.
"""

from __future__ import annotations

import contextlib
import socket
import sys

SETTLES_IN = 0.1
"""Seconds until every connection that was begun before `turn_away` is in the queue: many round trips of a local network."""

FARTHEST, NEAREST = 0, 255
HOPS = (socket.IPPROTO_IP, 21)
HOPS_IPV6 = (socket.IPPROTO_IPV6, 73)
"""IP_MINTTL and IPV6_MINHOPCOUNT of Linux, which Python has no names for."""


def turn_away(listener: socket.socket) -> None:
    """Let no new connection into the queue of a TCP socket that will be closed: whoever knocks is not heard, knocks again after a
    second and is refused, since it is closed by then. What is in the queue stays, to be accepted. Linux only; elsewhere nothing.
    """
    _only_from(listener, NEAREST)


def hear(connection: socket.socket) -> None:
    """Undo that for a connection that was made meanwhile: it has it from its listener."""
    _only_from(connection, FARTHEST)


def _only_from(what: socket.socket, hops: int) -> None:
    options = {socket.AF_INET: HOPS, socket.AF_INET6: HOPS_IPV6}
    if sys.platform != "linux" or what.family not in options:
        return
    # A kernel that is an imitation may not know it: then it is as anywhere else, and a connection in a few microseconds is lost.
    with contextlib.suppress(OSError):
        what.setsockopt(*options[what.family], hops)
