"""Files that are the same for everybody."""

from __future__ import annotations

from atlasbahamas.testing.site import Site


def test_the_icon_is_where_programs_look_for_it_and_may_be_kept(site: Site) -> None:
    for browser in (site.browser(), site.browser("keva")):
        answer = browser.get("/favicon.ico", status=200)
        assert (answer.content_type, answer.body[:4]) == ("image/x-icon", b"\0\0\1\0")
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
        assert "Set-Cookie" not in answer.headers
        browser.get("/favicon.ico", headers={"If-None-Match": answer.headers["ETag"]}, status=304)
        assert browser.head("/favicon.ico").headers["Content-Length"] == str(len(answer.body))
    site.browser().put("/favicon.ico", status=405)
    linked = site.browser().get("/").html.find("link", rel="icon")["href"]
    assert site.browser().get(linked).body == answer.body
