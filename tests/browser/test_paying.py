"""Paying and being paid: from a phone, on a slow line, and with the keyboard alone."""

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


def test_cash_has_its_receipt_within_seconds_on_a_phone(fresh: LiveSite, chrome: Browser) -> None:
    till = Till.of_tenant(fresh.site, "andre")
    till.charge(120_000, TODAY, "fee")
    visitor = Visitor(chrome, fresh.site, fresh.address, "philip", seen=set(), viewport=PHONE, has_touch=True)
    finger = Finger(visitor.page)
    visitor.page.goto("/portfolio/")
    started = time.perf_counter()
    finger.tap("link", "Payments")
    finger.tap("link", "Record a payment")
    visitor.page.get_by_label("Name, unit or reference").fill("sturrup")
    finger.tap("button", "Look")
    finger.tap("link", "Andre Sturrup")
    finger.tap("button", "Received")
    finger.tap("link", "Receipt 1")
    expect(visitor.page.get_by_role("heading", name="Receipt 1")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Anybody can check it")).to_be_visible()
    assert finger.taps == 6
    assert time.perf_counter() - started < MOST_SECONDS
    assert visitor.faults == []
    visitor.context.close()


def test_several_are_confirmed_with_the_keyboard_only(fresh: LiveSite, chrome: Browser) -> None:
    till = Till.of_tenant(fresh.site, "andre")
    reported = [till.report(cents) for cents in (10_000, 20_000, 30_000)]
    visitor = Visitor(chrome, fresh.site, fresh.address, "philip", seen=set(), viewport={"width": 1280, "height": 900})
    page = visitor.page
    page.goto(till.ledgers()[0].partition("leases/")[0] + "payments/to-confirm")

    def reach(button: str, tick: int = 0) -> list[str]:
        """By the key that leads to the next field; ticks as many boxes on the way, and gives what they stand for."""
        ticked: list[str] = []
        for _ in range(80):
            page.keyboard.press("Tab")
            kind, words = page.evaluate("() => [document.activeElement.type || '', document.activeElement.innerText.trim()]")
            if kind == "checkbox" and len(ticked) < tick:
                page.keyboard.press("Space")
                ticked.append(page.evaluate("() => document.activeElement.value"))
            if words == button:
                return ticked
        raise AssertionError(button)

    ticked = reach("See those that I ticked once more", tick=2)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Confirm these?")).to_be_visible()
    reach("Confirm them")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("2 payments are confirmed.")
    states = {till.payment(one)["ref"]: till.payment(one)["state"] for one in reported}
    assert sorted(states.values()) == ["confirmed", "confirmed", "reported"]
    assert {ref for ref, state in states.items() if state == "confirmed"} == set(ticked)
    assert visitor.faults == []
    visitor.context.close()
