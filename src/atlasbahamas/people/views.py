"""Pages of the account and the organisation. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pyramid.httpexceptions import HTTPSeeOther

from atlasbahamas.errors import Refused
from atlasbahamas.people import addresses, limits, services
from atlasbahamas.people.forms import MemberForm, OrganisationForm, ProfileForm, RegisterForm, SignInForm
from atlasbahamas.people.lists import MemberList
from atlasbahamas.people.models import Person, name_key
from atlasbahamas.people.resources import (
    Account,
    Home,
    Members,
    MembershipNode,
    OrganisationNode,
    Organisations,
)
from atlasbahamas.security.identity import SESSION_KEY
from atlasbahamas.security.limits import REGISTER_BY_ADDRESS, SIGN_IN_BY_ACCOUNT, SIGN_IN_BY_ADDRESS, hit, hit_by_address
from atlasbahamas.settings import AtlasSettings, MailSettings
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.forms import Form, done, form_page

WRONG = Refused("That name and password do not go together. Check both and try again.", "password")
SWITCHED_OFF = Refused("This account is switched off. Ask the people who run this site.")
CLOSED = "Registration is closed here at the moment. Ask the people who run this site for an account."


def front(context: Root, request: Any) -> dict[str, Any]:
    """The page that greets a visitor: the same for all of them."""
    request.share()
    return {}


def sign_in(context: Root, request: Any) -> Any:
    """Sign in by e-mail or user name; the answer tells nobody whether an account exists."""
    form = SignInForm(request)
    if request.method == "GET" and request.identity is not None:
        return HTTPSeeOther(_next(request))

    failed = False

    def submit() -> Any:
        nonlocal failed
        hit_by_address(request, SIGN_IN_BY_ADDRESS)
        hit(request, SIGN_IN_BY_ACCOUNT, name_key(form.name.data))
        person = services.find_by_password(request.db, form.name.data, form.password.data)
        if person is None or person.disabled is not None:
            failed = True
            # Only whoever knows the password is told that the account exists.
            raise WRONG if person is None else SWITCHED_OFF
        return signed_in(request, person, kept=bool(form.keep.data))

    page = form_page(request, form, {"next": request.params.get("next", "")}, submit=submit)
    if failed:
        request.registry.atlas_counting.sign_in_failed()
        services.note_failed_sign_in(request.db, form.name.data)
        request.keep_changes()
    return page


def register(context: Root, request: Any) -> Any:
    """Make an account and sign in with it."""
    form = RegisterForm(request)
    closed = request.registry.atlas_settings.section(AtlasSettings).registration == "closed"

    def submit() -> Any:
        if closed:
            raise Refused(CLOSED)
        hit_by_address(request, REGISTER_BY_ADDRESS)
        now, details, mails = request.clock.now(), _details(form), sends_mail(request)
        if details.email and not mails:
            addresses.check_address_is_free(request.db, details.email)
        person = services.register_person(request.db, details, form.password.data, now=now)
        answer = signed_in(request, person, kept=True)
        if details.email and mails:
            addresses.ask_to_confirm(request.db, person, details.email, now=now)
            request.session.flash(f"We sent a mail to {details.email}. Open its link, or type its code under Your account.")
        return answer

    values = {"next": request.params.get("next", ""), "closed": CLOSED if closed else ""}
    return form_page(request, form, values, submit=submit)


def sign_out(context: Root, request: Any) -> Any:
    """End this device; a copy of its cookie opens nothing any more."""
    if request.identity is not None:
        services.end_device(request.db, request.identity.device_id)
    request.session.invalidate()
    return HTTPSeeOther(context.url())


def home(context: Home, request: Any) -> dict[str, Any]:
    """What the features put on a person's own page, and what to do next."""
    return {"organisations": request.layout.organisations}


def account(context: Account, request: Any) -> Any:
    """The profile, and where one is signed in."""
    person = request.db.get(Person, request.identity.person_id)
    form = ProfileForm(
        request,
        person,
        full_name=person.name,
        email=person.email,
        user_name=person.user_name,
        phone=person.phone,
    )
    devices = services.devices_of(request.db, person.id, now=request.clock.now())

    def submit() -> Any:
        details = _details(form)
        sent = addresses.change_details(request.db, person, details, mails=sends_mail(request), now=request.clock.now())
        told = f" We sent a mail to {details.email}: the address is yours when you have opened its link." if sent else ""
        return done(request, context, f"Your profile was saved.{told}")

    values = {"person": person, "devices": devices, "this_device": request.identity.device_id, "mails": sends_mail(request)}
    return form_page(request, form, values, submit=submit)


def organisations(context: Organisations, request: Any) -> Any:
    """To the only organisation there is, or home, where all of them are listed."""
    mine = request.layout.organisations
    return HTTPSeeOther(context.url(mine[0].ref, "") if len(mine) == 1 else request.resource_path(request.root, "home"))


def organisation(context: OrganisationNode, request: Any) -> dict[str, Any]:
    """An organisation's own page, filled by the features."""
    return {"organisation": context.row}


def edit_organisation(context: OrganisationNode, request: Any) -> Any:
    """Rename the organisation."""
    form = OrganisationForm(request, context.row)

    def submit() -> Any:
        services.edit_organisation(request.db, context.row, name=form.name.data, brea_licence=form.brea_licence.data)
        return done(request, context, "The organisation was saved.")

    return form_page(request, form, {"organisation": context.row}, submit=submit)


def members(context: Members, request: Any) -> Any:
    """Who works here, as a list."""
    return MemberList(request, context.visible(), node=context).answer()


def edit_member(context: MembershipNode, request: Any) -> Any:
    """Give a member another role, or more or less to see."""
    parts, member = limits.parts_of(request.registry), context.row
    keys = limits.keys_of(request.db, parts, member.limit_id)
    form = MemberForm(request, member, reach="everything" if keys is None else "some", parts=keys)
    form.offer_parts(parts, parts.offered(request.db, member.organisation_id) if parts else [])

    def submit() -> Any:
        limits.change_member(request.db, member, form.role.data, form.chosen_reach(), now=request.clock.now())
        return done(request, context.above(Members), f"What {context.title} may do was saved.")

    return form_page(request, form, {"member": context.row}, submit=submit)


def end_member(context: MembershipNode, request: Any) -> Any:
    """End a membership, after asking."""
    form = Form(request)

    def submit() -> Any:
        services.end_membership(request.db, context.row, now=request.clock.now())
        return done(request, context.above(Members), f"{context.title} is no longer a member.")

    return form_page(request, form, {"member": context.row}, submit=submit)


def sends_mail(request: Any) -> bool:
    """Whether this site sends mail at all."""
    return request.registry.atlas_settings.section(MailSettings).transport != "none"  # type: ignore[no-any-return]


def _details(form: RegisterForm | ProfileForm) -> services.PersonDetails:
    return services.PersonDetails(
        name=form.full_name.data, email=form.email.data, user_name=form.user_name.data, phone=form.phone.data
    )


def signed_in(request: Any, person: Person, *, kept: bool) -> HTTPSeeOther:
    """Open a device in a session of its own: what was in the session before signing in cannot fix the one after it."""
    if request.identity is not None:
        services.end_device(request.db, request.identity.device_id)
    token = services.open_device(
        request.db,
        person,
        kept=kept,
        address=request.client_addr or "",
        agent=request.user_agent or "",
        now=request.clock.now(),
    )
    request.session.invalidate()
    request.session[SESSION_KEY] = token
    return HTTPSeeOther(_next(request))


def _next(request: Any) -> str:
    """Where to go after signing in: a path of this site, or home."""
    target = request.params.get("next", "")
    parts = urlsplit(target)
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    plain = target.isascii() and target.isprintable()
    return target if local and plain else str(request.resource_path(request.root, "home", ""))
