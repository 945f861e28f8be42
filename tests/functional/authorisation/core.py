"""Who may do what with the core's views."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Membership, Organisation, Person
from atlasbahamas.people.resources import Account, Home, Members, MembershipNode, OrganisationNode, Organisations
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas.traversal.nodes import Root

EVERYBODY = who(ok="visitor stranger former other viewer maintenance leasing bookkeeper manager owner admin")
SIGNED_IN = who(sign_in="visitor", ok="stranger former other viewer maintenance leasing bookkeeper manager owner admin")
MEMBERS = who(sign_in="visitor", hidden="stranger former other", ok="viewer maintenance leasing bookkeeper manager owner admin")
HEADS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing bookkeeper",
    ok="manager owner admin",
)
OWNERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing bookkeeper manager",
    ok="owner admin",
)


def places(db: Session) -> dict[str, str]:
    """The organisation, and the membership of its maintenance man."""
    organisation = db.scalars(select(Organisation.ref).where(Organisation.name == HERE)).one()
    member = db.scalars(
        select(Membership.ref)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.user_name == "cyril", Membership.until.is_(None))
    ).one()
    return {
        "root": "/",
        "home": "/home/",
        "account": "/account/",
        "organisations": "/portfolio/",
        "organisation": f"/portfolio/{organisation}/",
        "members": f"/portfolio/{organisation}/members/",
        "member": f"/portfolio/{organisation}/members/{member}/",
    }


TABLE = Table(
    "core",
    places,
    (
        View(Root, "", EVERYBODY, at="root"),
        View(Root, "sign-in", EVERYBODY, at="root", send={"name": "lisa", "password": DEMO_PASSWORD}),
        View(
            Root,
            "register",
            EVERYBODY,
            at="root",
            send={"full_name": "Eulah Strachan", "user_name": "eulah", "password": "guava duff on Sunday"},
        ),
        View(Root, "sign-out", EVERYBODY, at="root", send={}, get=False),
        View(Home, "", SIGNED_IN, at="home"),
        # The account is each person's own: what is sent must not be another's e-mail.
        View(Account, "", SIGNED_IN, at="account", send={"full_name": "Somebody Else", "user_name": "else", "email": ""}),
        View(Organisations, "", SIGNED_IN, at="organisations"),
        View(OrganisationNode, "", MEMBERS, at="organisation"),
        View(OrganisationNode, "edit", OWNERS, at="organisation", send={"name": "Blue Hole and Sons"}),
        View(Members, "", HEADS, at="members"),
        View(MembershipNode, "edit", OWNERS, at="member", send={"role": "Leasing"}),
        View(MembershipNode, "end", OWNERS, at="member", send={}),
    ),
)
