"""Pages of shares. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.formats import money, percent
from atlasbahamas.web.forms import done, form_page
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.resources import AnyLease, MyLease
from atlasbahamas_plugins.ledger.charges.resources import EDIT, LeaseLedger
from atlasbahamas_plugins.ledger.explaining import parts as explained
from atlasbahamas_plugins.ledger.payments.resources import PaymentNode
from atlasbahamas_plugins.ledger.sharing import services
from atlasbahamas_plugins.ledger.sharing.forms import PayerForm, sharing_form
from atlasbahamas_plugins.ledger.sharing.models import LIABILITIES, Sharing
from atlasbahamas_plugins.ledger.sharing.parts import Part
from atlasbahamas_plugins.ledger.sharing.resources import SharingNode
from atlasbahamas_plugins.ledger.splitting import split


def _lease(context: Any) -> Lease:
    lease: Lease = context.above(AnyLease).row
    return lease


def show_sharing(context: SharingNode, request: Any) -> dict[str, Any]:
    """Who owes which part, and what each has paid. Where each answers for their own part alone, a tenant sees that alone."""
    lease, above = _lease(context), context.above(AnyLease)
    found = services.shared(request.db, lease, today=request.clock.today())
    mine = above.party.id if isinstance(above, MyLease) else None
    tenants = [
        party
        for party in lease.tenants
        if found is not None and (mine is None or found.sharing.liability == "joint" or party.id == mine)
    ]
    ledger = context.above(LeaseLedger)
    people = [_shown(each, found, mine) for each in tenants] if found is not None else []
    return {
        "found": found,
        "people": people,
        "whole": [_of(each["person"], each["part"].cents, context) for each in people],
        "shows_all": len(people) == len(lease.tenants),
        "is_mine": mine is not None,
        "liabilities": LIABILITIES,
        "balance_url": ledger.url("explain") + "#balance",
        "may_edit": lease.state in BINDING and bool(request.has_permission(EDIT, context)),
        "has_roommates": len(lease.tenants) > 1,
    }


def _of(person: Any, cents: int, context: SharingNode) -> explained.Part:
    return explained.Part(cents, person.contact.name, "", url=f"{context.url()}#part-{person.position}")


def _shown(person: Any, found: services.Shared, mine: int | None) -> dict[str, Any]:
    part = found.parts.get(person.id, Part())
    rows = [
        explained.Part(part.charged_cents, "Of what was charged"),
        explained.Part(-part.taken_off_cents, "Of what was taken off"),
        explained.Part(-part.paid_cents, "Paid"),
        explained.Part(part.moved_cents, "Moved when the shares changed"),
        explained.Part(part.other_cents, "Of anything else"),
    ]
    return {
        "person": person,
        "part": part,
        "is_me": person.id == mine,
        "share": _share(found.sharing, person.id),
        "rows": [row for row in rows if row.cents] or rows[:1],
    }


def _share(sharing: Sharing, party_id: int) -> str:
    weight = next((share.weight for share in sharing.shares if share.party_id == party_id), 0)
    return percent(weight) if sharing.kind == "percent" else f"{money(weight)} of {money(sharing.total)}"


def change(context: SharingNode, request: Any) -> Any:
    """Share a lease, or share it otherwise from a day on."""
    lease, today = _lease(context), request.clock.today()
    tenants = lease.tenants
    before = services.sharings_of(request.db, lease)
    equal = split(10_000, [1] * max(1, len(tenants)))
    values: dict[str, Any] = {f"percent_{at}": part for at, part in enumerate(equal)}
    form = sharing_form(request, tenants, starts=today, kind="percent", liability="joint", anew="no", **values)

    def submit() -> Any:
        services.share(request.db, lease, form.agreed(), by=request.identity.person_id, now=request.clock.now(), today=today)
        return done(request, context, "It is written down. The tenants were told.")

    return form_page(request, form, {"before": before, "cancel": context.url()}, submit=submit)


def say_who_paid(context: PaymentNode, request: Any) -> Any:
    """Say which tenant a payment came from."""
    lease = _lease(context)
    tenants = {str(party.id): party for party in lease.tenants}
    payer = services.payer_of(request.db, context.row)
    form = PayerForm(request, party=str(payer) if payer is not None else "")
    form.party.offer([("", "Nobody knows"), *[(key, party.contact.name) for key, party in tenants.items()]])

    def submit() -> Any:
        services.say_who_paid(request.db, lease, context.row, tenants.get(form.party.data))
        return done(request, context, "It is written down who paid.")

    return form_page(request, form, {"cancel": context.url()}, submit=submit)
