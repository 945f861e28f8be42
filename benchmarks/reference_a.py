"""Reference A: the least that Pyramid can do for a page. One view, one Jinja2 template, nothing else.

No tween, session, policy or database. `GET /<bytes>` answers a page of about that many bytes: cards in a loop, escaped as the
product's cards are, so that both render and neither only copies text. Run: `python benchmarks/reference_a.py PORT THREADS`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import waitress
from pyramid.config import Configurator

CARD_BYTES = 921
TEXT = "A bright home a short walk from the sea, with a porch that faces the trade wind & a lime tree in the yard. " * 3


def page(request: Any) -> dict[str, Any]:
    homes = [
        {
            "key": f"two-bed-cottage-{number}",
            "title": f"Two-bed cottage No. {number}",
            "rent": f"B${number},250",
            "place": "Governor's Harbour, Eleuthera",
            "bedrooms": number,
            "furnished": True,
            "text": TEXT,
        }
        for number in range(round(int(request.matchdict["bytes"]) / CARD_BYTES))
    ]
    return {"title": "Homes to rent", "homes": homes}


def make_app() -> Any:
    with Configurator() as config:
        config.include("pyramid_jinja2")
        config.add_jinja2_search_path(str(Path(__file__).parent))
        config.add_route("page", "/{bytes}")
        config.add_view(page, route_name="page", renderer="reference_a.jinja2")
        return config.make_wsgi_app()


if __name__ == "__main__":
    waitress.serve(make_app(), host="127.0.0.1", port=int(sys.argv[1]), threads=int(sys.argv[2]))
