"""The SecurityPolicy: the lineage's ACLs decide, for the principals of whoever is calling.

A permission that nobody declared is held by nobody, so a view that forgets to name one answers 403 (house.md section 2).
"""

from __future__ import annotations

from typing import Any

from pyramid.authorization import ACLHelper, Everyone

from atlasbahamas.security.identity import Identity, identity_of

UNDECLARED = "atlas:page:undeclared"
NOBODY = frozenset([Everyone])
"""What a visitor who is not signed in is called in an ACL."""


class SecurityPolicy:
    """Who is calling, and whether they may."""

    def __init__(self) -> None:
        self._acl = ACLHelper()

    def identity(self, request: Any) -> Identity | None:
        """The caller, looked up once per request."""
        return request.identity_now  # type: ignore[no-any-return]

    def authenticated_userid(self, request: Any) -> str | None:
        """The caller's id as text, for libraries that ask."""
        identity = self.identity(request)
        return str(identity.person_id) if identity else None

    def permits(self, request: Any, context: Any, permission: str) -> Any:
        """Whether the caller may do this here: the first match on the way from the node up to the root wins."""
        identity = self.identity(request)
        return self._acl.permits(context, NOBODY if identity is None else identity.principals, permission)

    def remember(self, request: Any, userid: str, **options: Any) -> list[Any]:
        """Signing in is people.services.open_device; there are no headers to send."""
        return []

    def forget(self, request: Any, **options: Any) -> list[Any]:
        """Signing out is people.services.end_device; there are no headers to send."""
        return []


def grants_of(request: Any, role: str) -> frozenset[str]:
    """Permissions that a role gives, as the matrix stands."""
    return request.registry.atlas_grants().get(role, frozenset())  # type: ignore[no-any-return]


def _grants(registry: Any) -> Any:
    """Role -> permissions, worked out once: declarations are complete when the first request comes."""
    worked_out: dict[str, frozenset[str]] = {}

    def grants() -> dict[str, frozenset[str]]:
        if not worked_out:
            for role in registry.atlas_roles:
                declared = registry.atlas_permissions.values()
                worked_out[role] = frozenset(item.name for item in declared if role in item.roles)
        return worked_out

    return grants


def includeme(config: Any) -> None:
    """Closed by default: a policy, and a default permission that nobody holds."""
    config.registry.atlas_grants = _grants(config.registry)
    config.add_request_method(identity_of, "identity_now", reify=True)
    config.add_request_method(lambda request: False, "session_lost", reify=True)
    config.add_request_method(grants_of)
    config.set_security_policy(SecurityPolicy())
    config.set_default_permission(UNDECLARED)
