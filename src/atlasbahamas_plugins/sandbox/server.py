"""The sandbox's server: pages on which people choose what a bank would do, and webhooks that tell the site of it.

Webhooks are repeated until the site takes them. When asked for, each is sent more than once, and those of one moment the last
first. The clock can be one that stands still until somebody moves it, so that two days pass at once.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import structlog
from markupsafe import Markup
from webob import Request, Response

from atlasbahamas_plugins.ledger.gateways.interface import WebhookRefused
from atlasbahamas_plugins.ledger.gateways.signing import check, sign
from atlasbahamas_plugins.sandbox.gateway import SIGNATURE
from atlasbahamas_plugins.sandbox.services import CARDS, Refusal, Till

log = structlog.get_logger("atlasbahamas_plugins.sandbox")
ANSWERS_WITHIN = 20.0  # seconds
FIRST_PAUSE, LONGEST_PAUSE, MOST_TRIES = 0.2, 60.0, 12
LOOKS_EVERY = 0.05
MOST_BYTES = 64 * 1024
PAGES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "pay": ("Pay", (("paid", "Pay"), ("failed", "Let the bank refuse"), ("cancelled", "Leave without paying"))),
    "save": ("Save a card", (*((kind, f"Save {label} ({kind})") for kind, label in CARDS.items()), ("cancelled", "Leave"))),
}
_HTML = Markup(
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}: sandbox</title><main><h1>{title}</h1><p>This is a sandbox: no money moves.</p><p>{about}</p>"
    '<form method="post">{buttons}</form></main></html>'
)
_BUTTON = Markup('<p><button name="choice" value="{}">{}</button></p>')


@dataclass
class Clock:
    """The time as the sandbox sees it: the machine's, or one that stands until it is moved."""

    stands_at: datetime | None = None

    def now(self) -> datetime:
        """This instant."""
        return self.stands_at or datetime.now(UTC)


@dataclass(eq=False)
class _Waiting:
    """A webhook that is to be sent, not before `at` (monotonic seconds), and how often that was tried."""

    url: str
    body: bytes
    at: float
    tries: int = 0


@dataclass
class Server:
    """A WSGI application, and the thread that delivers.

    `duplicates`: how often each event is sent besides. `reorder`: of those that wait together, the last goes first.
    """

    secret: str
    clock: Clock = field(default_factory=Clock)
    duplicates: int = 0
    reorder: float = 0.0
    till: Till = field(default_factory=Till)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer a request."""
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        what = request.path_info.strip("/")
        if request.method == "GET" and what == "health/live":
            return _json(200, {"status": "ok"})
        if (request.content_length or 0) > MOST_BYTES:
            return _json(413, {"error": "that is too large"})
        try:
            if what in PAGES:
                return self._page(request, what)
            acts: dict[str, Callable[[dict[str, Any]], None]] = {
                "charges": lambda said: self.till.charge(said["order"], said["token"], now=self.clock.now()),
                "refunds": lambda said: self.till.refund(said["ref"], now=self.clock.now()),
                "clock": self._set_clock,
            }
            if request.method == "POST" and what in acts:
                check(self.secret, request.headers.get(SIGNATURE, ""), request.body, now=self.clock.now())
                acts[what](json.loads(request.body))
                return _json(202, {})
        except WebhookRefused as refused:
            return _json(400, {"error": str(refused)})
        except Refusal as refusal:
            return _json(422, {"error": str(refusal)})
        except (ValueError, KeyError, TypeError, binascii.Error):
            return _json(400, {"error": "that cannot be read"})
        return _json(404, {"error": "there is no such page"})

    def _set_clock(self, said: dict[str, Any]) -> None:
        if self.clock.stands_at is None:
            raise Refusal("this clock goes by itself")
        self.clock.stands_at = datetime.fromisoformat(said["now"])

    def _page(self, request: Request, page: str) -> Response:
        text = request.GET["order"]
        order = json.loads(base64.urlsafe_b64decode(text.encode()))
        now, until = self.clock.now(), datetime.fromisoformat(order["until"])
        check(self.secret, request.GET["signature"], f"{page}.{text}".encode(), now=until)
        if now > until:
            return _json(410, {"error": "This page is not open any more. Go back and begin again."})
        title, choices = PAGES[page]
        if request.method != "POST":
            shown = f"{order['about']}: B${order['cents'] / 100:,.2f}" if order["cents"] else order["about"]
            buttons = Markup("").join(_BUTTON.format(*choice) for choice in choices)
            return Response(_HTML.format(title=title, about=shown, buttons=buttons), charset="utf-8")
        choice = str(request.params["choice"])
        if choice not in dict(choices):
            raise ValueError("that was not offered")
        act = self.till.pay if page == "pay" else self.till.save
        act(order, choice, now=now)
        return Response(status=303, location=order["return_url"])

    def deliver(self) -> None:
        """Tell the site what there is to tell, until it is stopped."""
        waiting: list[_Waiting] = []
        while not self.stopped.wait(LOOKS_EVERY):
            for due in self.till.due(self.clock.now()):
                waiting.append(_Waiting(due.notify_url, json.dumps(due.event).encode(), time.monotonic() + self.reorder))
            ready = [each for each in waiting if each.at <= time.monotonic()]
            if ready and self.reorder:
                ready = waiting[::-1]
            for each in ready:
                if self._send_often(each):
                    waiting.remove(each)

    def _send_often(self, waiting: _Waiting) -> bool:
        """Send it, as often as it shall come; gives whether that is over."""
        taken = [self._send(waiting.url, waiting.body) for _ in range(1 + self.duplicates)]
        waiting.tries += 1
        waiting.at = time.monotonic() + min(FIRST_PAUSE * 2**waiting.tries, LONGEST_PAUSE)
        return all(taken) or waiting.tries >= MOST_TRIES

    def _send(self, url: str, body: bytes) -> bool:
        at = urlsplit(url)
        headers = {"Content-Type": "application/json", SIGNATURE: sign(self.secret, body, now=self.clock.now())}
        connection = HTTPConnection(at.hostname or "", at.port, timeout=ANSWERS_WITHIN)
        try:
            connection.request("POST", at.path, body, headers)
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            log.warning("the site does not answer", error=str(error))
            return False
        finally:
            connection.close()
        log.info("webhook", status=status)
        return 200 <= status < 300


def _json(status: int, said: dict[str, Any]) -> Response:
    return Response(json.dumps(said), status=status, content_type="application/json", charset="utf-8")
