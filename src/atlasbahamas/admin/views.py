"""Pages of the administration. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any

from atlasbahamas.admin import services
from atlasbahamas.admin.forms import RoleForm
from atlasbahamas.admin.lists import OrganisationList, PersonList, state_of
from atlasbahamas.admin.resources import Admin, EveryOrganisation, People, PersonNode
from atlasbahamas.people.models import MEMBER_ROLES, PLATFORM_ROLES, name_key
from atlasbahamas.people.photo.services import photo_of
from atlasbahamas.security.limits import SIGN_IN_BY_ACCOUNT, forget
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas.web.health import state


def front(context: Admin, request: Any) -> dict[str, Any]:
    """Where administrators begin: what waits, whether the site is well, and the way to everything."""
    return {"health": state(request)}


def people(context: People, request: Any) -> Any:
    """Everybody, as a list."""
    return PersonList(request, context.visible(), node=context).answer()


def organisations(context: EveryOrganisation, request: Any) -> Any:
    """Every organisation, as a list."""
    return OrganisationList(request, context.rows(), node=context).answer()


def person(context: PersonNode, request: Any) -> dict[str, Any]:
    """One person: who they are, what they may do, and what can be done."""
    word, tone = state_of(context.row)
    photo = photo_of(request.db, context.row.id)
    return {
        "person": context.row,
        "photo": photo.ref if photo else "",
        "state": word,
        "tone": tone,
        "roles": [PLATFORM_ROLES.get(role, role) for role in services.roles_of(request.db, context.row)],
        "memberships": services.memberships_of(request.db, context.row),
        "member_roles": MEMBER_ROLES,
        "last_seen": services.last_seen(request.db, context.row),
    }


def disable(context: PersonNode, request: Any) -> Any:
    """Switch an account off, after asking."""
    return confirm_page(
        request,
        context,
        "Switch this account off?",
        lambda: services.disable_person(request.db, context.row, now=request.clock.now()),
        "The account is switched off, and signed out everywhere.",
    )


def enable(context: PersonNode, request: Any) -> Any:
    """Switch an account on again, after asking."""
    return confirm_page(
        request,
        context,
        "Switch this account on again?",
        lambda: services.enable_person(request.db, context.row),
        "The account is switched on.",
    )


def unlock(context: PersonNode, request: Any) -> Any:
    """Let somebody who tried too often try again at once, after asking."""

    def act() -> None:
        services.note_unlock(request.db, context.row)
        for name in (context.row.email, context.row.user_name):
            if name:
                forget(request, SIGN_IN_BY_ACCOUNT, name_key(name))

    return confirm_page(request, context, "Let them try to sign in again?", act, "They can try again at once.")


def grant(context: PersonNode, request: Any) -> Any:
    """Give a role on the platform."""
    held = services.roles_of(request.db, context.row)
    offered = {role: title for role, title in PLATFORM_ROLES.items() if role not in held}
    return _role_page(context, request, offered, "Give a role", services.grant_role, "They have the role, and sign in anew.")


def revoke(context: PersonNode, request: Any) -> Any:
    """Take a role on the platform away."""
    offered = {role: PLATFORM_ROLES.get(role, role) for role in services.roles_of(request.db, context.row)}
    return _role_page(context, request, offered, "Take a role away", services.revoke_role, "They no longer have the role.")


def _role_page(context: PersonNode, request: Any, offered: dict[str, str], heading: str, act: Any, message: str) -> Any:
    form = RoleForm(request)
    form.role.offer(list(offered.items()))

    def submit() -> Any:
        act(request.db, context.row, form.role.data)
        return done(request, context, message)

    return form_page(request, form, {"heading": heading, "person": context.row, "offered": offered}, submit=submit)
