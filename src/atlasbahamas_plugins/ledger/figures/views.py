"""What home shows of figures, and their pages. A view parses, calls one service, answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import AnyLease, Leases, PropertiesLet
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.views import entry_url
from atlasbahamas_plugins.ledger.figures import services
from atlasbahamas_plugins.ledger.figures.ages import AGES
from atlasbahamas_plugins.ledger.figures.lists import (
    AgeingList,
    AllCharges,
    CollectionList,
    RentRoll,
    chosen_property,
)
from atlasbahamas_plugins.ledger.figures.occupancy import OccupancyList, Occupied
from atlasbahamas_plugins.ledger.figures.resources import Charges
from atlasbahamas_plugins.ledger.payments.views import recording_roles
from atlasbahamas_plugins.ledger.plans.services import next_instalments
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.occupancy import OCCUPANCY, STATES, count_states
from atlasbahamas_plugins.portfolio.resources import Properties, Units, organisation_above

SHOWN_AT_HOME = 5


def due_at_home(request: Any, leases: Sequence[AnyLease]) -> dict[str, Any]:
    """What the caller pays next, of each lease that binds them: what is to be paid now first."""
    today = request.clock.today()
    found = services.next_to_pay(request.db, [node.row for node in leases], today=today)
    dues = [(node, found[node.row.id]) for node in leases if node.row.id in found]
    # Who moved out and owes nothing is not told so for ever.
    dues = [(node, due) for node, due in dues if due.cents or due.next_day or due.waiting_cents or node.row.state != "ended"]
    plans = next_instalments(request.db, [node.row.id for node, due in dues if due.cents and due.is_planned])
    return {"dues": sorted(dues, key=lambda each: not each[1].cents), "plans": plans, "today": today}


def not_paid_at_home(request: Any) -> dict[str, Any]:
    """Who has not paid the caller's organisations, as far as the caller keeps their books: a few of each."""
    mine, most = request.layout.organisations, SHOWN_AT_HOME + 1
    ids, roles = [organisation.id for organisation in mine], recording_roles(request)
    rows = services.not_paid(request.db, request.identity.person_id, ids, roles, today=request.clock.today(), most=most)
    by_organisation = [(each, [row for row in rows if row.organisation_id == each.id]) for each in mine]
    shown = [(each, theirs[:SHOWN_AT_HOME], len(theirs) > SHOWN_AT_HOME) for each, theirs in by_organisation if theirs]
    return {"organisations": shown, "root": request.resource_path(request.root).rstrip("/")}


def _properties(context: Any, request: Any) -> PropertiesLet:
    return PropertiesLet(request, organisation_above(context), "properties")


def rent_roll(context: Leases, request: Any) -> Any:
    """Each lease: who lives there, what they pay, what they owe and since when."""
    choices = _properties(context, request).choices()
    query = _standings(context, request, choices).where(services.ON_THE_ROLL)
    return RentRoll(request, query, node=context, today=request.clock.today(), properties=choices).answer()


def _standings(context: Leases, request: Any, choices: Sequence[tuple[str, str]]) -> Any:
    here = organisation_above(context).row.id
    return services.standings(context.visible(), here, chosen_property(request, choices))


def ageing(context: Leases, request: Any) -> Any:
    """For how long what is unpaid is unpaid."""
    charges, today = Charges(request, organisation_above(context), "charges"), request.clock.today()
    choices = _properties(context, request).choices()
    chosen = chosen_property(request, choices)
    more = {} if chosen is None else {"property": str(chosen)}
    sums = services.unpaid_by_age(request.db, _charges(charges, chosen), today)
    totals = [(AGES[name].title, cents, charges.url("", unpaid=name, **more) + "#charges") for name, cents in sums.items()]
    query = _standings(context, request, choices).where(services.OWES)
    return AgeingList(request, query, node=context, today=today, properties=choices).answer(
        totals=totals, together=sum(sums.values()), all_url=charges.url("", unpaid="all", **more) + "#charges"
    )


def _charges(node: Charges, property_id: int | None) -> Any:
    """Those that the caller sees; of a property that they may choose, where one is given."""
    return node.visible() if property_id is None else services.charges_in(organisation_above(node).row.id, property_id)


def charges(context: Charges, request: Any) -> Any:
    """The charges of all leases that count."""
    choices, today = _properties(context, request).choices(), request.clock.today()
    found = _charges(context, chosen_property(request, choices))
    query = found.join(Lease, Lease.id == Charge.lease_id).where(Charge.voided_by.is_(None))
    more = {"today": today, "properties": choices, "entry_url": entry_url(context, request)}
    listed = AllCharges(request, query, node=context, **more)
    if listed.age is None:
        return listed.answer(unpaid_cents=None)
    sums = services.unpaid_by_age(request.db, found, today)
    return listed.answer(unpaid_cents=sum(sums.values()) if listed.age == "all" else sums[listed.age])


def collection(context: Charges, request: Any) -> Any:
    """What fell due and what came in, month by month."""
    organisation = organisation_above(context)
    node = _properties(context, request)
    mine = None if organisation.gives_everywhere(node.permission) else node.visible()

    def sums(property_id: int | None) -> Any:
        return services.month_sums(organisation.row.id, mine, property_id)

    return CollectionList(request, sums, node=context, properties=node.choices()).answer()


def occupancy(context: Units, request: Any) -> Any:
    """How many units are let today, property by property."""
    organisation, today = organisation_above(context), request.clock.today()
    sources = request.registry.atlas_points.get(OCCUPANCY)
    units = context.visible().where(Unit.archived.is_(None), Property.archived.is_(None))
    query = Properties(request, organisation, "properties").visible().where(Property.archived.is_(None))
    listed = OccupancyList(request, query, node=context, sources=sources, units=units, today=today)
    by_property = count_states(request.db, sources, today, units)
    together = Occupied({state: sum(each.get(state, 0) for each in by_property.values()) for state in STATES})
    return listed.answer(together=together, states=STATES, day=today)
