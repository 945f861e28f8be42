"""A load generator in a process of its own: `python benchmarks/load.py PORT PATH BYTES CONNECTIONS SECONDS` prints answers/s.

With --certificate and --host it speaks TLS to whoever has that certificate for that name. Every connection asks again when its answer
is there in full, and is kept until the server says that it closes it, as nginx does after a thousand. An answer that is not 200, or
has another length than BYTES, ends the run with an error: half an answer is not a fast answer. Plain sockets, because http.client
takes longer to read an answer than the server takes to give a shared page.
"""

from __future__ import annotations

import argparse
import re
import socket
import ssl
import threading
import time

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LAST = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


def ask(connection: socket.socket, request: bytes) -> tuple[int, bool]:
    """Ask once: the length of the body that arrived, and whether the connection may be asked again.

    Raises ValueError for an answer that is not a full 200.
    """
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _receive(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    if not head.startswith(b"HTTP/1.1 200") or length is None:
        raise ValueError(head.decode("latin-1"))
    got, wanted = len(body), int(length[1])
    while got < wanted:
        got += len(_receive(connection))
    return got, not LAST.search(head + b"\r\n")


def _receive(connection: socket.socket) -> bytes:
    part = connection.recv(262144)
    if not part:
        raise ValueError("the server closed the connection in the middle of an answer")
    return part


def connected(port: int, host: str, certificate: str) -> socket.socket:
    """A connection to this machine; over TLS where there is a certificate to know the other side by."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=30)
    if not certificate:
        return plain
    return ssl.create_default_context(cafile=certificate).wrap_socket(plain, server_hostname=host)


def load(asked: argparse.Namespace) -> float:
    """Answers a second over all connections."""
    who = f"Cookie: {asked.cookie}\r\n" if asked.cookie else ""
    host = asked.host or f"127.0.0.1:{asked.port}"
    request = f"GET {asked.path} HTTP/1.1\r\nHost: {host}\r\n{who}\r\n".encode()
    counts: list[int] = []
    errors: list[Exception] = []
    until = time.perf_counter() + asked.seconds

    def one() -> None:
        count = 0
        try:
            while time.perf_counter() < until:
                with connected(asked.port, asked.host, asked.certificate) as connection:
                    kept = True
                    while kept and time.perf_counter() < until:
                        got, kept = ask(connection, request)
                        if got != asked.size:
                            raise ValueError(f"{asked.path} has {got} bytes and not {asked.size}")
                        count += 1
        except (OSError, ValueError) as error:
            errors.append(error)
        counts.append(count)

    threads = [threading.Thread(target=one) for _ in range(asked.connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise SystemExit(f"{asked.path}: {errors[0]}")
    return sum(counts) / (time.perf_counter() - started)


def words() -> argparse.Namespace:
    """What is to be asked, from the command line."""
    parser = argparse.ArgumentParser()
    for name, kind in (("port", int), ("path", str), ("size", int), ("connections", int), ("seconds", float)):
        parser.add_argument(name, type=kind)
    for name in ("--cookie", "--host", "--certificate"):
        parser.add_argument(name, default="")
    return parser.parse_args()


if __name__ == "__main__":
    print(load(words()))
