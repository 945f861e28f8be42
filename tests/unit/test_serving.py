"""How a server ends: nothing that reached it is lost, and what takes too long is cut off."""

from __future__ import annotations

import http.client
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from atlasbahamas.cli.web import in_gunicorns_words
from atlasbahamas.serving.listening import hear, turn_away
from atlasbahamas.serving.on_waitress import LINGERS, Server
from atlasbahamas.testing.services import free_port


class App:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.asked = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.release()
        if environ["PATH_INFO"] == "/slow":
            self.go_on.wait(30)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]


def options(port: int, **more: str) -> dict[str, str]:
    return {"listen": f"127.0.0.1:{port}", "threads": "2", **more}


def connection(port: int) -> http.client.HTTPConnection:
    made = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    made.connect()
    return made


def refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["4", "6"])
def test_a_socket_that_turns_away_keeps_what_it_has_and_takes_nothing_more(family: socket.AddressFamily, address: str) -> None:
    with socket.socket(family) as listener:
        try:
            listener.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        listener.listen(8)
        first = socket.create_connection(listener.getsockname()[:2], timeout=5)
        turn_away(listener)
        late = socket.socket(family)
        late.settimeout(0.3)
        with pytest.raises(TimeoutError):
            late.connect(listener.getsockname()[:2])
        first.sendall(b"hello")
        accepted, _ = listener.accept()
        assert accepted.recv(5) == b"hello"
        assert select.select([listener], [], [], 0)[0] == []
        bound = listener.getsockname()[:2]
    for made in (first, late, accepted):
        made.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(bound, timeout=5)


def test_a_connection_that_has_it_from_its_listener_is_heard_again() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        made = socket.create_connection(listener.getsockname(), timeout=5)
        accepted, _ = listener.accept()
        turn_away(accepted)
        made.sendall(b"hello")
        accepted.settimeout(0.3)
        with pytest.raises(TimeoutError):
            accepted.recv(5)
        hear(accepted)
        accepted.settimeout(10)
        assert accepted.recv(5) == b"hello"
        made.close()
        accepted.close()


def test_whatever_was_begun_is_answered() -> None:
    app, port = App(), free_port()
    server = Server(app, options(port))
    # More than there are threads: some wait. One has sent half of its request, one nothing.
    slow = [connection(port) for _ in range(4)]
    for made in slow:
        made.request("GET", "/slow")
    app.asked.acquire()
    half, silent = connection(port), connection(port)
    half.putrequest("POST", "/")
    half.putheader("Content-Length", "6")
    half.endheaders(b"one")
    stopping = threading.Thread(target=lambda: server.stop(within=30))
    stopping.start()
    deadline = time.monotonic() + 10
    while not refused(port):
        assert time.monotonic() < deadline
    half.send(b"two")
    silent.request("GET", "/")
    time.sleep(0.5)
    assert stopping.is_alive()
    app.go_on.set()
    for made in (*slow, half, silent):
        answer = made.getresponse()
        assert (answer.status, answer.headers["Connection"], answer.read()) == (200, "close", b"done")
    stopping.join(10)
    assert not stopping.is_alive()
    assert not server.is_running()
    for made in (*slow, half, silent):
        made.close()


def test_a_connection_on_which_nothing_comes_holds_nothing_up() -> None:
    port = free_port()
    server = Server(App(), options(port))
    idle = connection(port)
    idle.request("GET", "/")
    assert idle.getresponse().read() == b"done"
    began = time.monotonic()
    server.stop(within=30)
    assert LINGERS - 0.5 < time.monotonic() - began < LINGERS + 5
    idle.close()


def test_what_takes_too_long_is_cut_off() -> None:
    app, port = App(), free_port()
    server = Server(app, options(port))
    made = connection(port)
    made.request("GET", "/slow")
    app.asked.acquire()
    began = time.monotonic()
    server.stop(within=0.5)
    assert time.monotonic() - began < 10
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        made.getresponse()
    made.close()
    app.go_on.set()


def test_two_addresses_are_closed_alike() -> None:
    first, second = free_port(), free_port()
    server = Server(App(), {"listen": f"127.0.0.1:{first} 127.0.0.1:{second}", "threads": "2"})
    for port in (first, second):
        made = connection(port)
        made.request("GET", "/")
        assert made.getresponse().read() == b"done"
        made.close()
    server.stop(within=5)
    for port in (first, second):
        with pytest.raises(ConnectionRefusedError):
            connection(port)


def test_options_are_told_to_gunicorn_in_its_words() -> None:
    in_file = {"bind": "127.0.0.1:6543", "workers": "2", "threads": "8"}
    assert in_gunicorns_words(in_file) == in_file
    more = {"listen": "10.0.0.1:80 [::1]:80", "trusted_proxy_count": "1", "max_request_body_size": "9", "threads": "3"}
    assert in_gunicorns_words(in_file | more) == {"bind": "10.0.0.1:80,[::1]:80", "workers": "2", "threads": "3"}
