"""The final statement as PDF, to print, to hand over or to keep; made from its content alone each time somebody asks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from reportlab.lib.colors import grey
from reportlab.lib.units import inch
from reportlab.platypus import Spacer, Table

from atlasbahamas.web.formats import local_date, local_datetime, money
from atlasbahamas_plugins.leasing.leaving.models import KINDS
from atlasbahamas_plugins.leasing.models import DEPOSITS
from atlasbahamas_plugins.leasing.paper import HEADING, SMALL, TEXT, TITLE, paragraph, print_pages

DRAFT = "Draft: not sent yet, and it may still change"
ANSWER = "Answer of ______________________________:   ____ I agree   ____ I do not agree, because\n" + "_" * 78


def render_statement(content: dict[str, Any], *, digest: str = "", sent: datetime | None = None) -> bytes:
    """The PDF of a statement's content, with room to answer by hand. The same content gives the same bytes.

    `sent` and `digest` are those of what was frozen; without them it is a draft, and says so on every page.
    """
    home, tenants = content["home"], ", ".join(content["tenants"])
    story = [paragraph("Final statement" if sent else "Final statement (draft)", TITLE)]
    story.append(paragraph(f"{home['unit']}, {home['property']}\nFrom {content['landlord']}, to {tenants}"))
    story.append(paragraph(f"Last day of the lease: {_day(content['last_day'])}"))
    story.append(paragraph(f"Sent on {local_datetime(sent)}" if sent else DRAFT))
    story += [paragraph("Deposits", HEADING), _lines(_account(content))]
    for item in content["deductions"]:
        story += _deduction(item, with_answer=sent is not None)
    if content["meters"] or content["keys"]:
        story.append(paragraph("Meters and keys", HEADING))
        story += [paragraph(f"{step['name']}: {step['reading']}, {_day(step['day'])}") for step in content["meters"]]
        story.append(paragraph(f"Keys returned: {content['keys']}"))
    story.append(Spacer(1, 0.2 * inch))
    if sent:
        story.append(paragraph(f"Lease {content['lease']}. SHA-256 of the frozen data: {digest}", SMALL))
    mark = "" if sent else DRAFT
    return print_pages(story, title=f"Final statement {content['lease']}", author=content["landlord"], mark=mark)


def _account(content: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [(DEPOSITS[kind], money(cents)) for kind, cents in content["deposits"].items()]
    lines.append(("Held", money(content["held_cents"])))
    lines += [(each["words"], f"-{money(each['cents'])}") for each in content.get("missing", ())]
    lines.append(("To be taken", money(content["taken_cents"])))
    owed = content["owed_cents"]
    return [*lines, ("Still owed", money(owed)) if owed else ("To be paid back", money(content["back_cents"]))]


def _deduction(item: dict[str, Any], *, with_answer: bool) -> list[Any]:
    lines = [(KINDS[item["kind"]], money(item["cents"]))]
    if item["wear_cents"]:
        lines.append(("Less wear and tear", f"-{money(item['wear_cents'])}"))
    lines.append(("Taken", money(item["cents"] - item["wear_cents"])))
    parts = [paragraph(item["words"], HEADING), _lines(lines), paragraph(item["reason"], TEXT)]
    if item["photos"]:
        count = len(item["photos"])
        parts.append(paragraph(f"{count} {'photo is' if count == 1 else 'photos are'} kept with it.", SMALL))
    if with_answer:
        parts.append(paragraph(ANSWER))
    return parts


def _lines(lines: list[tuple[str, str]]) -> Table:
    rows = [[paragraph(label), paragraph(amount)] for label, amount in lines]
    return Table(rows, colWidths=[4.5 * inch, 2 * inch], style=[("LINEBELOW", (0, 0), (-1, -1), 0.25, grey)])


def _day(text: str) -> str:
    return local_date(date.fromisoformat(text))
