"""Who may do what with the core's views."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from webtest import Upload

from atlasbahamas.admin.resources import Admin, EveryOrganisation, People, PersonNode
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.resources import EntryNode, OrganisationEntryNode, OrganisationTrail, Trail
from atlasbahamas.jobs.resources import JobNode, Jobs
from atlasbahamas.jobs.services import failed_entries
from atlasbahamas.notifications.models import Notification
from atlasbahamas.notifications.resources import NotificationNode, Notifications
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Invitation, Membership, Organisation, Person
from atlasbahamas.people.photo.models import PersonPhoto
from atlasbahamas.people.photo.resources import PhotoOfPersonNode
from atlasbahamas.people.resources import (
    Account,
    Home,
    InvitationNode,
    Invitations,
    Members,
    MembershipNode,
    OrganisationNode,
    Organisations,
)
from atlasbahamas.testing import samples
from atlasbahamas.testing.authorisation import ELSEWHERE, HERE, Table, View, who
from atlasbahamas.traversal.nodes import Root

EVERYBODY = who(ok="visitor stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside")
SIGNED_IN = who(
    sign_in="visitor", ok="stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside"
)
MEMBERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    ok="viewer maintenance leasing bookkeeper manager owner admin within outside",
)
HEADS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing bookkeeper within outside",
    ok="manager owner admin",
)
OWNERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing bookkeeper manager within outside",
    ok="owner admin",
)

ALL = "visitor stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside"
NOT_FOUND = who(hidden=ALL)
BAD_LINK = dict.fromkeys(ALL.split(), "400")
HERS = who(
    sign_in="visitor",
    hidden="stranger former other viewer maintenance leasing bookkeeper manager admin within outside",
    ok="owner",
)


ADMINISTRATORS = who(
    sign_in="visitor",
    hidden="stranger former other viewer maintenance leasing bookkeeper manager owner within outside",
    ok="admin",
)


def places(db: Session) -> dict[str, str]:
    """The organisation, the membership of its maintenance man, a person, and an entry of the audit."""
    number, organisation = db.execute(select(Organisation.id, Organisation.ref).where(Organisation.name == HERE)).one()
    person, administrator = (
        db.scalars(select(Person.id).where(Person.user_name == user_name)).one() for user_name in ("lisa", "matrix-colleague")
    )
    entry = db.scalars(select(AuditEntry.id).where(AuditEntry.organisation_id == number).limit(1)).one()
    member = db.scalars(
        select(Membership.ref)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.user_name == "cyril", Membership.until.is_(None))
    ).one()
    notification = db.scalars(
        select(Notification.ref).join(Person).where(Person.user_name == "keva").order_by(Notification.id)
    ).first()
    photo = db.scalars(select(PersonPhoto.ref).where(PersonPhoto.person_id == administrator)).one()
    invitation = db.scalars(select(Invitation.ref).where(Invitation.answer.is_(None))).one()
    return {
        "root": "/",
        "home": "/home/",
        "account": "/account/",
        "photo": f"/photos/{photo}/",
        "notifications": "/notifications/",
        "notification": f"/notifications/{notification}/",
        "invitations": f"/portfolio/{organisation}/invitations/",
        "invitation": f"/portfolio/{organisation}/invitations/{invitation}/",
        "organisations": "/portfolio/",
        "organisation": f"/portfolio/{organisation}/",
        "members": f"/portfolio/{organisation}/members/",
        "jobs": "/admin/jobs/",
        "failed job": f"/admin/jobs/{db.scalars(failed_entries()).one().id}/",
        "member": f"/portfolio/{organisation}/members/{member}/",
        "organisation audit": f"/portfolio/{organisation}/audit/",
        "organisation entry": f"/portfolio/{organisation}/audit/{entry}/",
        "admin": "/admin/",
        "people": "/admin/people/",
        "person": f"/admin/people/{person}/",
        "administrator": f"/admin/people/{administrator}/",
        "every organisation": "/admin/organisations/",
        "audit": "/admin/audit/",
        "entry": f"/admin/audit/{entry}/",
    }


def crossed(db: Session) -> dict[str, str]:
    """Memberships of another organisation, or over; an invitation and an entry of the audit where they do not belong."""
    here = db.scalars(select(Organisation).where(Organisation.name == HERE)).one()

    def member(*conditions: ColumnElement[bool]) -> str:
        ref = db.scalars(select(Membership.ref).where(*conditions).order_by(Membership.id).limit(1)).one()
        return f"/portfolio/{here.ref}/members/{ref}/edit"

    elsewhere = db.scalars(select(Organisation.ref).where(Organisation.name == ELSEWHERE)).one()
    invitation = db.scalars(select(Invitation.ref).where(Invitation.organisation_id == here.id).limit(1)).one()
    entry = db.scalars(select(AuditEntry.id).where(AuditEntry.organisation_id != here.id).limit(1)).one()
    return {
        "another organisation's entry": f"/portfolio/{here.ref}/audit/{entry}/",
        "another organisation's invitation": f"/portfolio/{elsewhere}/invitations/{invitation}/",
        "another organisation's member": member(Membership.organisation_id != here.id, Membership.until.is_(None)),
        "a former member": member(Membership.organisation_id == here.id, Membership.until.is_not(None)),
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
        View(Account, "data", SIGNED_IN, at="account"),
        View(Account, "export", SIGNED_IN, at="account", send={}, get=False, shows=True),
        View(Account, "erase", SIGNED_IN, at="account", send={"password": DEMO_PASSWORD}),
        View(Account, "photo", SIGNED_IN, at="account", send={"photo": Upload("me.jpg", samples.picture((300, 200)))}),
        View(Account, "remove-photo", SIGNED_IN, at="account", send={}),
        View(PhotoOfPersonNode, "picture", MEMBERS, at="photo"),
        View(Root, "goodbye", EVERYBODY, at="root"),
        # What proves who one is in these is a token or a code, and tests of its own try those.
        View(Root, "confirm", EVERYBODY, at="root"),
        View(Root, "recover", EVERYBODY, at="root"),
        View(Root, "reset", EVERYBODY, at="root"),
        View(Root, "invitation", NOT_FOUND, at="root"),
        View(Root, "unsubscribe", BAD_LINK, at="root"),
        View(Account, "confirm", SIGNED_IN, at="account"),
        View(Account, "password", SIGNED_IN, at="account", send={"current": DEMO_PASSWORD, "password": "guava duff on Sunday"}),
        View(Account, "send-code", SIGNED_IN, at="account", send={}, get=False),
        View(Account, "end-device", SIGNED_IN, at="account", send={"device": "0"}, get=False),
        View(Account, "end-others", SIGNED_IN, at="account", send={}, get=False),
        View(Notifications, "", SIGNED_IN, at="notifications"),
        View(Notifications, "preferences", SIGNED_IN, at="notifications", send={"atlas_members": "Only here"}),
        View(Notifications, "read-all", SIGNED_IN, at="notifications", send={}, get=False),
        View(NotificationNode, "open", HERS, at="notification", send={}, get=False),
        View(Invitations, "", OWNERS, at="invitations"),
        View(Invitations, "new", OWNERS, at="invitations", send={"name": "Tiffany", "email": "", "role": "Leasing"}),
        View(InvitationNode, "", OWNERS, at="invitation"),
        View(InvitationNode, "send-again", OWNERS, at="invitation", send={}),
        View(InvitationNode, "withdraw", OWNERS, at="invitation", send={}),
        View(Organisations, "", SIGNED_IN, at="organisations"),
        View(OrganisationNode, "", MEMBERS, at="organisation"),
        View(OrganisationNode, "edit", OWNERS, at="organisation", send={"name": "Blue Hole and Sons"}),
        View(Members, "", HEADS, at="members"),
        View(MembershipNode, "edit", OWNERS, at="member", send={"role": "Leasing", "reach": "Everything"}),
        View(MembershipNode, "end", OWNERS, at="member", send={}),
        View(OrganisationTrail, "", HEADS, at="organisation audit"),
        View(OrganisationEntryNode, "", HEADS, at="organisation entry"),
        View(Admin, "", ADMINISTRATORS, at="admin"),
        View(People, "", ADMINISTRATORS, at="people"),
        View(PersonNode, "", ADMINISTRATORS, at="person"),
        View(PersonNode, "disable", ADMINISTRATORS, at="person", send={}),
        View(PersonNode, "enable", ADMINISTRATORS, at="person", send={}),
        View(PersonNode, "unlock", ADMINISTRATORS, at="person", send={}),
        View(PersonNode, "grant", ADMINISTRATORS, at="person", send={"role": "Administrator"}),
        View(PersonNode, "revoke", ADMINISTRATORS, at="administrator", send={"role": "Administrator"}),
        View(EveryOrganisation, "", ADMINISTRATORS, at="every organisation"),
        View(Trail, "", ADMINISTRATORS, at="audit"),
        View(EntryNode, "", ADMINISTRATORS, at="entry"),
        View(Jobs, "", ADMINISTRATORS, at="jobs"),
        View(Jobs, "retry-failed", ADMINISTRATORS, at="jobs", send={}),
        View(JobNode, "", ADMINISTRATORS, at="failed job"),
        View(JobNode, "retry", ADMINISTRATORS, at="failed job", send={}),
    ),
    crossed,
)
