"""A tenant pays from a phone on a slow line."""

from __future__ import annotations

import time
from io import BytesIO

from live import LiveSite
from paying import TODAY, Till
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from visitor import Visitor

from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.payments.models import Payment

PHONE = {"width": 360, "height": 740}
MOST_TAPS, MOST_SECONDS = 4, 20.0
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""As the developers' tools of browsers have it: milliseconds, and bytes a second."""


class Finger:
    """Taps on a page, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, role: str, name: str) -> None:
        """On a link or a button that is named like this."""
        self.taps += 1
        self.page.get_by_role(role, name=name).first.tap()  # type: ignore[arg-type]

    def choose(self, label: str, photo: bytes) -> None:
        """On the field, and in what the phone shows then on a photo."""
        self.taps += 2
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_label(label).tap()
        chooser.value.set_files({"name": "IMG_0042.jpeg", "mimeType": "image/jpeg", "buffer": photo})


def photo_of_a_phone() -> bytes:
    """Twelve megapixels with something in each corner, as a camera takes them."""
    out = BytesIO()
    grain = Image.effect_noise((2016, 1512), 14).resize((4032, 3024)).convert("RGB")
    grain.save(out, "JPEG", quality=90)
    return out.getvalue()


def test_a_photo_of_the_slip_is_sent_with_four_taps_on_a_slow_line(fresh: LiveSite, chrome: Browser) -> None:
    with fresh.site.db.transaction("read") as db:
        mine = select(Lease.id).where(Lease.state.in_(("active", "notice")), Lease.parties.any())
        leases = db.scalars(mine).all()
        [lease_id] = [one for one in leases if "Andre Sturrup" in db.get_one(Lease, one).tenant_names]
    Till(fresh.site, lease_id, 1).charge(120_000, TODAY, "fee")
    photo = photo_of_a_phone()
    assert len(photo) > 1_500_000, "what a phone takes needs more than half a minute"
    visitor = Visitor(chrome, fresh.site, fresh.address, "andre", seen=set(), viewport=PHONE, has_touch=True)
    finger = Finger(visitor.page)
    visitor.page.goto("/home/")
    expect(visitor.page.locator(".due__amount").first).to_contain_text("1,200")
    line = visitor.context.new_cdp_session(visitor.page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_3G)
    started = time.perf_counter()
    finger.tap("link", "I paid")
    finger.choose("Photo or PDF", photo)
    finger.tap("button", "Send to my landlord")
    expect(visitor.page.get_by_role("status").first).to_contain_text("Thank you.", timeout=60_000)
    seconds = time.perf_counter() - started
    assert finger.taps <= MOST_TAPS
    assert seconds < MOST_SECONDS
    assert visitor.faults == []
    visitor.context.close()
    with fresh.site.db.transaction("read") as db:
        payment = db.scalars(select(Payment).where(Payment.lease_id == lease_id).order_by(Payment.id.desc())).first()
        assert (payment.state, payment.cents) == ("reported", 120_000)
        [proof] = payment.proofs
        assert (proof.file.width, proof.file.height) == (1280, 960)
