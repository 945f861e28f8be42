"""What the core registers for administrators."""

from __future__ import annotations

from typing import Any

from atlasbahamas.admin import resources
from atlasbahamas.people.models import PLATFORM_ADMIN
from atlasbahamas.plugins.manifest import Permission

SEE = "atlas:admin:view"


def includeme(config: Any) -> None:
    """Mount `/admin/`; other parts hang theirs below it."""
    config.declare_permission(Permission(SEE, "Open the administration", (PLATFORM_ADMIN,)))
    config.add_mount("admin", resources.Admin)
