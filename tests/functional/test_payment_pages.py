"""Payments as people do them: cash on a phone, a report with a photo, confirming several, cheques, receipts."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from billing import Counter
from opening import text_of
from paying import TODAY, Till, fill, settle_in
from pypdf import PdfReader
from sqlalchemy import select
from webtest import TestApp, Upload

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people import limits
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.people.services import add_member
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.references import lease_reference


@pytest.fixture
def till(site: Site) -> Till:
    """A lease on which jerome lives."""
    till = Till.of(site)
    with site.db.transaction() as db:
        settle_in(db, till.lease(db))
    return till


def here(till: Till) -> str:
    with till.site.db.transaction("read") as db:
        return f"/portfolio/{db.get_one(Organisation, till.lease(db).organisation_id).ref}/"


def of_lease(till: Till) -> str:
    with till.site.db.transaction("read") as db:
        return f"leases/{till.lease(db).ref}/ledger/payments/"


def staff_page(till: Till) -> str:
    return here(till) + of_lease(till)


def my_page(till: Till) -> str:
    return "/home/" + of_lease(till)


def only_payment(till: Till) -> int:
    with till.site.db.transaction("read") as db:
        return db.scalars(select(Payment.id)).one()


def test_cash_takes_a_name_one_tap_and_one_button(till: Till) -> None:
    till.charge(120_000)
    browser = till.site.browser("philip")
    with till.site.db.transaction("read") as db:
        name, unit = till.lease(db).tenants[0].contact.name, till.lease(db).unit.label
    for text in (name, unit, lease_reference(till.lease_id).lower()):
        found = browser.get(here(till) + "payments/record", {"q": text})
        assert "Owes B$1,200" in found.text
    page = browser.get(staff_page(till) + "record")
    assert page.forms["form"]["cents"].value == "1,200"
    shown = page.forms["form"].submit(status=303).follow()
    assert "The receipt is ready" in shown.text
    assert "Where each cent went" in shown.text
    receipt = shown.click("Receipt 1")
    assert name in receipt.text
    link = re.search(r"/receipts/r1-[0-9a-f]{32}/", receipt.text)[0]  # type: ignore[index]
    anybody = TestApp(till.site.app)
    checked = anybody.get(link)
    assert "This receipt is valid" in checked.text
    assert "B$1,200" in checked.text
    assert name not in checked.text
    assert "Set-Cookie" not in checked.headers
    anybody.get(link[:-3] + "00/", status=404)
    anybody.get("/receipts/", status=404)


def test_the_pdf_has_what_the_page_has_and_a_code(till: Till) -> None:
    till.charge(120_000)
    till.record(150_000, rail="transfer", reference="RBC 77")
    browser = till.site.browser("jerome")
    at = my_page(till)
    page = browser.get(at).click("1 June 2026")
    pdf = page.click("Receipt 1").click("PDF")
    assert pdf.content_type == "application/pdf"
    text = PdfReader(BytesIO(pdf.body)).pages[0].extract_text()
    for words in ("Receipt 1", "B$1,500", "RBC 77", "Bank transfer", "Credit for what comes next", "B$300", "/receipts/r1-"):
        assert words in text, words
    assert pdf.body == page.click("Receipt 1").click("PDF").body


def test_a_tenant_reports_with_a_photo_and_sees_what_became_of_it(till: Till) -> None:
    till.charge(120_000)
    mine = till.site.browser("jerome")
    lease = mine.get(my_page(till).partition("ledger/")[0])
    page = lease.click(href=my_page(till) + "report")
    assert "B$1,200" in page.text
    assert lease_reference(till.lease_id) in page.text
    photo = Upload("slip.jpg", samples.picture((600, 400)), "image/jpeg")
    shown = fill(page, proofs=[photo]).submit(status=303).follow()
    assert "This is not a receipt" in shown.text
    assert "Receipt 1" not in shown.text
    picture = re.search(r'href="([^"]+/file)"', shown.text)[1]  # type: ignore[index]
    assert mine.get(picture).content_type == "image/jpeg"
    staff = till.site.browser("philip")
    with till.site.db.transaction("read") as db:
        told = db.scalars(select(Notification).where(Notification.category == "ledger.reports")).all()
        assert {each.path for each in told} == {shown.request.path.replace("/home/", here(till))}
    queue = staff.get(here(till) + "payments/to-confirm")
    assert "Expected" in queue.text
    assert "/file?size=medium" in queue.text
    confirm = staff.get(staff_page(till)).click("1 June 2026").click("Confirm")
    assert fill(confirm, cents="1,150").submit(status=303).follow().text.count("Confirmed") >= 1
    again = mine.get(shown.request.path)
    assert "Receipt 1" in again.text
    assert "B$1,150" in again.text
    with till.site.db.transaction("read") as db:
        assert db.scalar(select(Notification.subject).where(Notification.category == "ledger.confirmed")).startswith("Confirmed")


def test_owners_are_told_once_of_a_report_that_waits(till: Till) -> None:
    till.report(120_000)
    for _ in range(4):
        till.site.clock.move(days=1)
        till.site.drain_jobs()
    with till.site.db.transaction("read") as db:
        waits = select(Person.user_name).join(Notification, Notification.person_id == Person.id)
        assert db.scalars(waits.where(Notification.category == "ledger.waits")).all() == ["keva"]


def test_a_refused_report_tells_the_tenant_why(till: Till) -> None:
    till.report(120_000)
    staff = till.site.browser("philip")
    page = staff.get(staff_page(till)).click("1 June 2026").click("Refuse")
    assert page.forms["form"].submit(status=422)
    fill(page, reason="No such transfer came").submit(status=303)
    mine = till.site.browser("jerome").get(my_page(till)).click("1 June 2026")
    assert "No such transfer came" in mine.text


def test_what_may_be_there_twice_is_shown_and_taken_when_somebody_says_so(till: Till) -> None:
    till.report(120_000, TODAY - timedelta(days=2))
    staff = till.site.browser("philip")
    page = fill(staff.get(staff_page(till) + "record"), cents="1,200", rail="transfer").submit(status=422)
    assert "Is this the same payment?" in page.text
    assert "within five days" in page.text
    assert fill(page, knows_alike=True).submit(status=303)
    reported = staff.get(here(till) + "payments/to-confirm")
    assert "May be there twice" in reported.text


def test_several_are_confirmed_with_one_look(till: Till) -> None:
    refs = []
    for number in range(3):
        payment = till.report(10_000 + number)
        refs.append(till.payment(payment)["ref"])
    staff = till.site.browser("philip")
    queue = staff.get(here(till) + "payments/to-confirm")
    chosen = next(form for form in queue.forms.values() if form.action.endswith("/confirm"))
    assert "Nothing was ticked" in chosen.submit(status=303).follow().text
    for box in chosen.fields["payment"][:2]:
        box.checked = True
    page = chosen.submit(status=200)
    assert "Confirm these?" in page.text
    page.forms["form"].submit(status=303)
    with till.site.db.transaction("read") as db:
        states = db.scalars(select(Payment.state).order_by(Payment.state)).all()
    assert states == ["confirmed", "confirmed", "reported"]
    # The same page sent again changes nothing, and says so in the same way.
    page.forms["form"].submit(status=303)
    csv = staff.get(here(till) + "payments/?state=confirmed&format=csv").text
    assert csv.count("Confirmed") == 2
    nobody = staff.get(here(till) + "payments/confirm", {"payment": "nobody-1"})
    assert "Nothing waits" in nobody.text
    staff.get(here(till) + "payments/confirm", {"payment": "../x"}, status=400)


def test_one_form_twice_is_one_payment(till: Till) -> None:
    staff = till.site.browser("philip")
    form = fill(staff.get(staff_page(till) + "record"), cents="50")
    first, second = form.submit(status=303), form.submit(status=303)
    assert first.location == second.location
    only_payment(till)
    form["cents"] = "60"
    assert "something else in it" in form.submit(status=422).text


def test_a_cheque_is_followed_to_the_bank_and_back(till: Till) -> None:
    till.charge(120_000)
    staff = till.site.browser("philip")
    values = {"rail": "cheque", "cheque_number": "000123", "cheque_bank": "RBC"}
    page = fill(staff.get(staff_page(till) + "record"), **values).submit(status=303).follow()
    page = fill(page.click("Brought to the bank")).submit(status=303).follow()
    register = staff.get(here(till) + "payments/cheques?state=lodged")
    assert "000123" in register.text
    assert "At the bank" in register.text
    receipt = page.click("Receipt 1")
    back = page.click("It came back")
    assert back.forms["form"].submit(status=422)
    page = fill(back, reason="No funds").submit(status=303).follow()
    assert "Returned by the bank" in page.text
    link = re.search(r"/receipts/[^/\"]+/", receipt.text)[0]  # type: ignore[index]
    assert "This receipt is void" in TestApp(till.site.app).get(link).text
    assert "Void" in page.click("Receipt 1").text


def test_a_day_of_a_cheque_that_is_locked_is_told_beside_it(till: Till) -> None:
    staff = till.site.browser("philip")
    values = {"cents": "5", "rail": "cheque", "cheque_number": "7", "received_on": "2026-05-10"}
    page = fill(staff.get(staff_page(till) + "record"), **values).submit(status=303).follow()
    for step, more in (("Brought to the bank", {}), ("It cleared", {}), ("It came back", {"reason": "No funds"})):
        fill(staff.get(here(till) + "books/lock"), until=till.site.clock.today() - timedelta(days=1)).submit(status=303)
        shown = fill(page.click(step), day=till.site.clock.today() - timedelta(days=1), **more).submit(status=422)
        assert "The books are locked until" in shown.html.find(id="day-error").text
        page = fill(page.click(step), day=till.site.clock.today(), **more).submit(status=303).follow()
        till.site.clock.move(days=2)


def test_a_cheque_for_later_counts_when_its_day_comes(till: Till) -> None:
    till.charge(120_000)
    staff, day = till.site.browser("philip"), TODAY + timedelta(days=3)
    values = {"rail": "cheque", "cheque_number": "7", "received_on": day.isoformat()}
    page = fill(staff.get(staff_page(till) + "record"), **values).submit(status=303).follow()
    assert "Waits for its day" in page.text
    till.site.clock.move(days=3)
    till.site.drain_jobs()
    assert till.payment(only_payment(till))["state"] == "confirmed"


def test_a_cheque_for_later_that_a_tenant_reports_is_not_said_to_be_confirmed(till: Till) -> None:
    till.charge(120_000)
    mine, staff, day = till.site.browser("jerome"), till.site.browser("philip"), TODAY + timedelta(days=3)
    pages = []
    for number in ("7", "8", "9"):
        values = {"rail": "cheque", "cheque_number": number, "received_on": day.isoformat()}
        pages.append(fill(mine.get(my_page(till) + "report"), **values).submit(status=303).location)
    till.report(120_000)
    confirm = pages[0].partition("payments/")[2] + "confirm"
    said = text_of(staff.get(staff_page(till) + confirm).forms["form"].submit(status=303).follow())
    assert "It counts from the day that stands on it" in said
    assert "is confirmed" not in said
    said = text_of(staff.get(here(till) + "payments/confirm").forms["form"].submit(status=303).follow())
    assert "1 payment is confirmed. The tenants were told, and the receipts are ready. 2 cheques wait for the day on them" in said


def test_a_payment_is_taken_back_and_its_money_chosen_by_hand(till: Till) -> None:
    may, june = till.charge(100_000, TODAY - timedelta(days=31)), till.charge(100_000)
    paid = till.record(80_000)
    staff = till.site.browser("philip")
    at = staff.get(staff_page(till)).click("1 June 2026").request.path
    form = staff.get(at + "allocate").forms["form"]
    form[f"charge_{may}"], form[f"charge_{june}"] = "0", "800"
    form.submit(status=303)
    assert till.open_of(may, june) == [100_000, 20_000]
    form[f"charge_{june}"] = "801"
    assert "more than the payment" in form.submit(status=422).text
    staff.get(staff_page(till) + "allocate").forms["form"].submit(status=303)
    assert till.open_of(may, june) == [20_000, 100_000]
    fill(staff.get(at + "reverse"), reason="It was another tenant's").submit(status=303)
    assert till.payment(paid)["state"] == "reversed"
    assert till.open_of(may) == [100_000]


def test_what_if_shows_what_would_happen_to_both_sides(till: Till) -> None:
    till.charge(100_000)
    for browser, start in ((till.site.browser("philip"), here(till)), (till.site.browser("jerome"), "/home/")):
        at = start + of_lease(till).removesuffix("payments/")
        page = browser.get(at, {"cents": "1,250"})
        assert "Credit for what comes next" in page.text
        assert "B$250" in page.text
        assert "Ahead then B$250" in text_of(page)
        assert "of bills stays open" not in page.text
        for wrong in ("-1", "abc", "1.005", "0", "9" * 20):
            assert browser.get(at, {"cents": wrong}, status=400)


def test_who_pays_before_the_day_finds_the_amount_and_is_expected(site: Site) -> None:
    home, mine, staff = Till.of_tenant(site, "andre"), site.browser("andre"), site.browser("philip")
    here, theirs = home.ledgers()
    queue = here.partition("leases/")[0] + "payments/"
    page = mine.get(f"{theirs}payments/report")
    assert "To pay now: B$0 . Next: B$3,400 on 1 July 2026" in text_of(page)
    assert page.forms["form"]["cents"].value == "3,400"
    fill(page, cents="3,000").submit(status=303)
    for each in (f"{queue}to-confirm", f"{queue}confirm", staff.get(queue, status=200).html.find("td").a["href"] + "confirm"):
        assert "Expected B$3,400 on 1 July 2026" in text_of(staff.get(each)).replace(":", "")
    for browser, form in ((mine, f"{theirs}payments/report"), (staff, f"{here}payments/record")):
        page = browser.get(form)
        assert "B$3,000 was given before and is not confirmed yet" in text_of(page)
        assert page.forms["form"]["cents"].value == "400"
    counter = Counter.of(site)
    counter.pass_on(counter.enter(6_000))
    assert "It would pay no bill: B$60 of bills stays open" in text_of(mine.get(theirs, {"cents": "400"}))
    page = mine.get(f"{theirs}payments/report")
    assert "Bills are paid by themselves, and are not in it: B$60 is open" in text_of(page)
    rent = page.click("B\\$3,400")
    assert "The next rent, due on 1 July 2026: B$3,400" in text_of(rent)
    assert rent.html.find(id="rent")["data-sum"] == "340000"


def test_bad_amounts_and_days_are_refused_and_nothing_is_posted(till: Till) -> None:
    staff = till.site.browser("philip")
    for values in (
        *({"cents": wrong} for wrong in ("0", "-5", "12.345", "ten", "9" * 20, "EUR 5")),
        *({"cents": "5", "received_on": wrong} for wrong in ("2026-02-30", "9999-01-01", "soon", "2026-06-02", "2000-01-01")),
    ):
        fill(staff.get(staff_page(till) + "record"), **values).submit(status=422)
    with till.site.db.transaction("read") as db:
        assert db.scalars(select(Payment.id)).all() == []


def test_no_page_asks_more_for_many(till: Till) -> None:
    till.charge(100_000)
    staff = till.site.browser("philip")
    at = here(till) + "payments/"
    till.record(1_000)
    counted = []
    for _ in range(2):
        staff.get(at)
        with QueryCounter(till.site.db.engine) as counter:
            staff.get(at)
        counted.append(len(counter.statements))
        for number in range(4):
            till.record(2_000 + number)
    assert counted[0] == counted[1]


def test_another_landlords_people_find_nothing(till: Till) -> None:
    till.record(1_000)
    with till.site.db.transaction("read") as db:
        ref, lease = db.scalars(select(Payment.ref)).one(), db.get_one(Lease, till.lease_id).ref
    marva = till.site.browser("marva")
    mine, staff = f"/home/leases/{lease}/ledger/payments/{ref}/", f"{staff_page(till)}{ref}/"
    for path in (mine, f"{staff}receipt.pdf", f"{staff}reverse", here(till) + "payments/"):
        marva.get(path, status=404)


def test_a_limited_member_finds_and_records_within_the_limit(till: Till) -> None:
    with till.site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        lease, parts = till.lease(db), limits.parts_of(till.site.app.registry)
        organisation = db.get_one(Organisation, lease.organisation_id)
        andre = db.scalars(select(Person).where(Person.user_name == "andre")).one()
        limit_id = limits.Reach(parts, [lease.unit.property.ref]).make_limit(db, organisation.id, "bookkeeper")
        add_member(db, organisation, andre.id, "bookkeeper", now=till.site.clock.now(), limit_id=limit_id)
        unit = lease.unit.label
    browser = till.site.browser("andre")
    found = browser.get(here(till) + "payments/record", {"q": unit})
    assert staff_page(till) + "record" in found.text
    fill(browser.get(staff_page(till) + "record"), cents="10").submit(status=303)
    assert "B$10" in browser.get(here(till) + "payments/").text
