"""A site whose bytes lie in S3: added, served in parts, removed, and told in words when the server is away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_photos import act, gallery, refs, send

from atlasbahamas.files.store import S3Store
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import S3Server


@pytest.mark.parametrize("profile", ["embedded"])
def test_photos_in_a_bucket(database_url: str, tmp_path: Path) -> None:
    server = S3Server()
    site = sites.start(database_url, tmp_path, **server.settings())
    assert isinstance(site.store, S3Store)
    browser, path = site.browser("keva"), gallery(site)
    send(browser, path, ("a.jpg", samples.picture((2400, 1800))), ("b.jpg", samples.picture(seed=2)))
    first, second = refs(browser.get(path))
    assert len(list(site.store.stored())) == 2
    whole = browser.get(f"{path}{first}/full")
    assert whole.body.startswith(b"\xff\xd8\xff")
    assert browser.get(f"{path}{first}/full", headers={"Range": "bytes=10-19"}, status=206).body == whole.body[10:20]
    assert browser.get(f"{path}{first}/full", headers={"If-None-Match": whole.headers["ETag"]}, status=304).body == b""
    assert browser.head(f"{path}{first}/full").headers["Content-Length"] == str(len(whole.body))
    send(browser, path, ("bad.jpg", b"nonsense"), status=422)
    assert len(list(site.store.stored())) == 2
    browser.get(f"{path}{second}/remove").forms["form"].submit(status=303)
    assert len(list(site.store.stored())) == 1
    server.stop()
    before = site.counts()
    assert "cannot do that at the moment" in browser.get(f"{path}{first}/full", status=503).text
    send(browser, path, ("c.jpg", samples.picture(seed=3)), status=503)
    assert site.counts() == before
    act(browser, f"{path}{first}/edit", caption="The page itself is there")
    assert re.search("The page itself is there", browser.get(path).text)
    site.close()
