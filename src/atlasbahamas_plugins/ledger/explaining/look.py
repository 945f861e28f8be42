"""What the ledger of a lease says first, with one question: what is owed and held, its last plan, whether it is shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Date, String, bindparam, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from atlasbahamas.db.statements import among, made_once, read
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.services import OWED, Owed
from atlasbahamas_plugins.ledger.deposits.standing import KINDS, Standing, chain_of, standing_from
from atlasbahamas_plugins.ledger.journal.models import AccountBalance, LedgerAccount
from atlasbahamas_plugins.ledger.plans.models import Instalment, Plan
from atlasbahamas_plugins.ledger.sharing.models import Sharing


@dataclass(frozen=True)
class PlanSeen:
    """A payment plan in one line: its key, its state, its cents in so many instalments; the local day on which it was closed."""

    ref: str
    state: str
    cents: int
    instalments: int
    closed_on: date | None


@dataclass(frozen=True)
class Look:
    """What a lease owes, what is held of it, its last plan if it ever had one, and whether it is shared among roommates."""

    owed: Owed
    deposits: Standing
    plan: PlanSeen | None
    is_shared: bool


def look_at(db: Session, lease: Lease) -> Look:
    """All of it; one query, because people open this page all the time."""
    found: dict[str, list[Any]] = {"account": [], "state": [], "plan": [], "shared": []}
    for row in read(db, _everything(), {"lease_id": lease.id}):
        found[row[0]].append(tuple(row[1:]))
    cents = {kind: int(each) for kind, lease_id, each, _ in found["account"] if lease_id == lease.id}
    plan = None
    if found["plan"]:
        [[key, covered, instalments, _]], [[now, _, _, closed_on]] = found["plan"], found["state"]
        plan = PlanSeen(key, now, covered, instalments, closed_on)
    deposits = standing_from(lease, [(lease_id, kind, -int(each)) for kind, lease_id, each, _ in found["account"]])
    return Look(Owed(*[cents.get(kind, 0) for kind in OWED]), deposits, plan, bool(found["shared"]))


@made_once
def _everything() -> CompoundSelect[*tuple[Any, ...]]:
    lease_id: BindParameter[int] = bindparam("lease_id")
    no_day = cast(null(), Date)
    sums = select(literal("account"), LedgerAccount.kind, LedgerAccount.lease_id)
    sums = sums.add_columns(func.sum(AccountBalance.debit_cents - AccountBalance.credit_cents), no_day)
    sums = sums.join(AccountBalance, AccountBalance.account_id == LedgerAccount.id)
    mine = (LedgerAccount.lease_id == lease_id) & among(LedgerAccount.kind, OWED)
    theirs = LedgerAccount.lease_id.in_(chain_of(lease_id)) & among(LedgerAccount.kind, KINDS)
    sums = sums.where(mine | theirs).group_by(LedgerAccount.kind, LedgerAccount.lease_id)
    last = select(func.max(Plan.id)).where(Plan.lease_id == lease_id).scalar_subquery()
    count = select(func.count()).where(Instalment.plan_id == Plan.id).scalar_subquery()
    state = select(literal("state"), cast(Plan.state, String), Plan.cents, count, Plan.closed_on).where(Plan.id == last)
    ref = select(literal("plan"), cast(Plan.ref, String), Plan.cents, count, no_day).where(Plan.id == last)
    shared = select(literal("shared"), cast(Sharing.ref, String), literal(0), literal(0), no_day)
    shared = shared.where(Sharing.lease_id == lease_id).limit(1).subquery().select()
    everything: CompoundSelect[*tuple[Any, ...]] = union_all(sums, state, ref, shared)
    return everything
