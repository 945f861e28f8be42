"""Forms of notices."""

from __future__ import annotations

from atlasbahamas.web.forms import CheckField, ChoiceField, DateField, Form, MultilineField, PictureField, TextField
from atlasbahamas_plugins.leasing.notices.models import GIVERS, WAYS
from atlasbahamas_plugins.leasing.notices.services import NoticeDetails, Served

KNOWS_SHORT = "I know that this is less time than the rule gives, and want it all the same"


class MyNoticeForm(Form):
    """A tenant says that they leave."""

    last_day = DateField("Last day", required=True)
    words = MultilineField("Why, or what else the notice says", max_length=4000)
    knows_short = CheckField(KNOWS_SHORT)


class ServedForm(Form):
    """How a notice reached the other side."""

    way = ChoiceField("How it was served", choices=list(WAYS.items()), required=True)
    served_by = TextField("By whom", required=True)
    served_on = DateField("When", required=True)
    photo = PictureField("Photo of it")

    def served(self) -> Served:
        """What was typed."""
        photo = self.photo.data[0] if self.photo.data else None
        return Served(self.way.data, self.served_by.data, self.served_on.data, photo)


class NoticeForm(MyNoticeForm, ServedForm):
    """A notice of either side, written down by those who let the home."""

    giver = ChoiceField("Who gives it", choices=list(GIVERS.items()), required=True)
    given = DateField("Day of the notice", required=True)

    def details(self) -> NoticeDetails:
        """What was typed."""
        return NoticeDetails(
            self.giver.data, self.given.data, self.last_day.data, self.words.data, knows_short=self.knows_short.data
        )
