"""Loads the demo people and organisations; what they are is in demo_content.py."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from atlasbahamas.notifications.categories import SITE_ONLY
from atlasbahamas.notifications.services import prefer
from atlasbahamas.people import invitations, services
from atlasbahamas.people.demo_content import ACCOUNTS, DEMO_PASSWORD, ORGANISATIONS
from atlasbahamas.people.models import Person


def demo_code(text: str) -> str:
    """The end of a demo row's key: the same every time, and with a digit in it."""
    return f"{hashlib.sha256(text.encode()).hexdigest()[:5]}7"


def load_people(db: Session, *, now: datetime) -> None:
    """Make every demo account and organisation, with memberships. Deterministic but for password salts."""
    people = {}
    for account in ACCOUNTS:
        details = services.PersonDetails(account.full_name, account.email, account.user_name, account.phone)
        person = services.register_person(db, details, DEMO_PASSWORD, now=now, confirmed=True)
        for role in account.platform_roles:
            services.grant_platform_role(db, person, role)
        people[account.user_name] = person
    for entry in ORGANISATIONS:
        roles = [(account, role) for account in ACCOUNTS for key, role in account.memberships if key == entry.key]
        founder = next(account for account, role in roles if role == "owner")
        organisation = services.create_organisation(
            db, entry.name, people[founder.user_name].id, now=now, code=demo_code(entry.key)
        )
        organisation.brea_licence = entry.brea_licence or None
        for account, role in roles:
            if (account, role) != (founder, "owner"):
                services.add_member(db, organisation, people[account.user_name].id, role, now=now)
    _load_invitations(db, people, now=now)
    db.flush()


def _load_invitations(db: Session, people: dict[str, Person], *, now: datetime) -> None:
    """One invitation that is open, and one that was accepted, of which its sender is told."""
    keva = people["keva"]
    organisation = next(row for row in services.organisations_of(db, keva.id) if "blue-hole" in row.ref)
    yesterday = now - timedelta(days=1)
    prefer(db, keva.id, invitations.MEMBERS.name, SITE_ONLY)
    for name, role in (("Tiffany Rolle", "leasing"), ("Ingrid", "viewer")):
        invitation, _ = invitations.invite_member(db, organisation, name=name, email="", role=role, by_id=keva.id, now=yesterday)
        if name == "Ingrid":
            invitations.accept_invitation(db, invitation, people["ingrid"].id, now=now)
