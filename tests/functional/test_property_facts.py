"""What a property has beside its address: amenities, and how it stands in real property tax."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp

from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.portfolio.models import Property


def property_of(browser: TestApp) -> str:
    properties = browser.get("/portfolio/").follow().request.path + "properties/"
    link = browser.get(properties).html.find("td").find("a")
    assert link is not None
    return str(link["href"])


def test_amenities_and_tax_are_kept_shown_and_can_be_taken_away(site: Site) -> None:
    browser = site.browser("keva")
    home = property_of(browser)
    form = browser.get(f"{home}edit").forms["form"]
    for number, box in enumerate(form.fields["amenities"]):
        box.checked = number in (1, 14)
    form["amenities_more"], form["assessment_number"], form["tax_class"] = "A mango tree", "12-345-67", "commercial"
    page = form.submit(status=303).follow()
    assert "Pool, Rainwater cistern, A mango tree" in page.text
    assert "12-345-67" in page.text
    assert "Commercial" in page.text
    form = browser.get(f"{home}edit").forms["form"]
    assert [box.checked for box in form.fields["amenities"]].count(True) == 2
    for box in form.fields["amenities"]:
        box.checked = False
    form["amenities_more"], form["tax_class"] = "", ""
    page = form.submit(status=303).follow()
    assert "What there is" not in page.text
    assert "Commercial" not in page.text


def test_what_a_property_has_stands_on_its_listings(site: Site) -> None:
    browser, visitor = site.browser("keva"), site.browser()
    with site.db.transaction() as db:
        db.execute(update(Property).values(amenities=["dock"], amenities_more="A mango tree"))
    listing = visitor.get("/listings/").html.find(class_="listing-card__title").a["href"]
    assert "Dock or boat slip, A mango tree" in visitor.get(listing).text
    assert "Dock or boat slip" in browser.get(property_of(browser)).text


@pytest.mark.parametrize("junk", ["elevator", "\0", "x" * 5000, "<script>"])
def test_an_amenity_that_was_not_offered_is_an_error_at_the_field(site: Site, junk: str) -> None:
    browser = site.browser("keva")
    home = property_of(browser)
    sent = [*browser.get(f"{home}edit").forms["form"].submit_fields(), ("amenities", "pool"), ("amenities", junk)]
    before = site.counts()
    answer = browser.post(f"{home}edit", sent, status=422)
    assert "Choose from the list." in answer.html.find(id="amenities-error").text
    assert answer.html.find("input", {"value": "pool"}).has_attr("checked")
    assert site.counts() == before


def test_the_database_knows_the_classes_of_tax(site: Site) -> None:
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(update(Property).values(tax_class="free"))
