"""Forms of the offers."""

from __future__ import annotations

from typing import Any

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import (
    ChoiceField,
    EmailField,
    Form,
    MoneyField,
    MultilineField,
    PhoneField,
    PicturesField,
    TextField,
    VersionField,
)
from atlasbahamas_plugins.listings.offers.models import OFFER_KINDS
from atlasbahamas_plugins.listings.offers.services import OfferDetails
from atlasbahamas_plugins.portfolio.services import settlement_choices

MOST_PHOTOS = 8


class OfferForm(Form):
    """What somebody wants to sell, and how to reach them. `website` is a trap: no person sees it, and programs fill it in."""

    full_name = TextField("Your name", required=True)
    phone = PhoneField("Phone")
    email = EmailField("E-mail")
    kind = ChoiceField("What it is", choices=list(OFFER_KINDS.items()), required=True)
    settlement = ChoiceField("Settlement or subdivision", required=True)
    asking_cents = MoneyField("Asking price", min=100)
    words = MultilineField("About it", required=True, max_length=5000)
    photos = PicturesField("Photos", max_files=MOST_PHOTOS)
    website = TextField("Leave this box empty", render_kw={"autocomplete": "off"})

    def __init__(self, request: Any, **values: Any) -> None:
        super().__init__(request, **values)
        self.settlement.offer({"": [("", "Choose where it is")], **settlement_choices(request.db)})

    def details(self) -> OfferDetails:
        """What was typed. Raises Refused where the trap was filled in: nothing that a person typed is lost without a word."""
        if self.website.data:
            raise Refused("Leave this box empty: it is there to tell people from programs.", "website")
        return OfferDetails(
            name=self.full_name.data,
            email=self.email.data,
            phone=self.phone.data,
            settlement_id=int(self.settlement.data),
            kind=self.kind.data,
            asking_cents=self.asking_cents.data,
            words=self.words.data,
        )


class NoteForm(Form):
    """A note about an offer."""

    words = MultilineField("Note", required=True, max_length=5000)


class MoveForm(Form):
    """What there is to say when an offer moves on."""

    words = MultilineField("Note", max_length=5000)
    version = VersionField()
