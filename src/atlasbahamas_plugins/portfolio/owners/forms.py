"""The form in which the owners of a property change from a day on: one line for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wtforms.fields import HiddenField

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import ChoiceField, DateField, Form, PercentField, TextField
from atlasbahamas_plugins.portfolio.owners.services import ShareLine

FEWEST, MOST = 3, 30
NEW = ("", "Somebody new")


@dataclass(frozen=True)
class Line:
    """The three fields of an owner."""

    contact: Any
    name: Any
    share: Any


class OwnersForm(Form):
    """From when, and the lines. Make it with `owners_form`, which gives it as many lines as there have to be.

    `total` is never sent: it is where the page says that the shares do not make 100 %.
    """

    starts = DateField("From", required=True)
    lines = HiddenField()
    total = HiddenField()

    def offer(self, contacts: Sequence[tuple[str, str]]) -> None:
        """Who can be chosen on each line."""
        for line in self.each_line():
            line.contact.offer([NEW, *contacts])

    def each_line(self) -> list[Line]:
        """The lines in their order."""
        count = sum(name.startswith("share_") for name in self._fields)
        return [Line(self[f"contact_{at}"], self[f"name_{at}"], self[f"share_{at}"]) for at in range(count)]

    def shares(self) -> list[ShareLine]:
        """The lines that were filled in. Raises Refused beside the box that is wrong."""
        found: list[ShareLine] = []
        for line in self.each_line():
            contact, name, share = line.contact.data, line.name.data, line.share.data
            if not contact and not name and share is None:
                continue
            if contact and name:
                raise Refused("Choose somebody or write a new name, not both.", line.name.name)
            if not contact and not name:
                raise Refused("Say whose share this is.", line.name.name)
            if share is None:
                raise Refused("Say how much of it.", line.share.name)
            if contact and any(str(one.contact_id) == contact for one in found):
                raise Refused("This owner stands there twice.", line.contact.name)
            found.append(ShareLine(int(contact) if contact else None, name, share))
        if not found:
            raise Refused("Name at least one owner.", self.each_line()[0].name.name)
        return found


def owners_form(request: Any, lines: int, contacts: Sequence[tuple[str, str]], **values: Any) -> OwnersForm:
    """The form with a number of lines: that of a form which was sent, or `lines`; three more when more were asked for."""
    sent = str(request.POST.get("lines", "")) if request.method == "POST" else ""
    if sent.isascii() and sent.isdecimal() and len(sent) < 4:
        lines = int(sent)
    if wants_more(request):
        lines += FEWEST
    lines = max(FEWEST, min(lines, MOST))
    fields: dict[str, Any] = {}
    for at in range(lines):
        fields[f"contact_{at}"] = ChoiceField(f"Owner {at + 1}")
        fields[f"name_{at}"] = TextField(f"Name of owner {at + 1}, if new")
        fields[f"share_{at}"] = PercentField(f"Share of owner {at + 1}", min=1)
    form: OwnersForm = type("OwnersFormWithLines", (OwnersForm,), fields)(request, **values)
    form.offer(contacts)
    form.lines.data = str(lines)
    return form


def wants_more(request: Any) -> bool:
    """True when the button for more lines was pressed."""
    return request.method == "POST" and "more" in request.POST
