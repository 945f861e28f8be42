"""People at browsers of their own, who speak HTTP with a running server: for proofs with several processes."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Callable, Sequence
from html import unescape
from typing import Any, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")


class Person:
    """A browser with cookies. Every request has a connection of its own, from a loopback address of the person's own."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self.port = port
        self.address = address
        self.cookies: dict[str, str] = {}
        self.location = ""
        self.headers: dict[str, str] = {}

    def connection(self) -> http.client.HTTPConnection:
        """A new one."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(self.address, 0))

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and page; with `form`, a POST of it."""
        connection = self.connection()
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("GET" if form is None else "POST", path, body, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            self.location = answer.headers.get("Location", "")
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the form that a page shows, the token among them."""
        status, page = self.ask(path)
        assert status == 200, (status, path)
        return hidden_fields(page)

    def send(self, path: str, values: dict[str, str]) -> int:
        """Fill the form of a page and send it; gives the status."""
        return self.ask(path, {**self.form(path), **values})[0]

    def sign_in(self, name: str, password: str) -> int:
        """Sign in; gives the status, 303 when it worked, also when the page of the form could not be had."""
        self.cookies.clear()
        status, page = self.ask("/sign-in")
        if status != 200:
            return status
        return self.ask("/sign-in", {**hidden_fields(page), "name": name, "password": password})[0]


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the form that a page shows."""
    form = page[page.index('<form id="form"') :]
    tags = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form[: form.index("</form>")])
    return {_attribute(tag, "name"): _attribute(tag, "value") for tag in tags}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def all_at_once(calls: Sequence[Callable[[], T]]) -> list[T | BaseException]:
    """What calls give that begin at the same moment."""
    start = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        start.wait(60)
        try:
            answers[number] = calls[number]()
        except BaseException as error:
            answers[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
