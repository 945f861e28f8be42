"""Pages of those who live there."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.models import Organisation
from atlasbahamas.web.formats import badge
from atlasbahamas_plugins.leasing import services
from atlasbahamas_plugins.leasing.agreements.resources import Agreements
from atlasbahamas_plugins.leasing.agreements.services import documents_of
from atlasbahamas_plugins.leasing.leaving.services import is_leaving
from atlasbahamas_plugins.leasing.models import STATES, TONES
from atlasbahamas_plugins.leasing.notices.views import notices_shown
from atlasbahamas_plugins.leasing.resources import MyLease
from atlasbahamas_plugins.leasing.views import WORDS


def show_my_lease(context: MyLease, request: Any) -> dict[str, Any]:
    """A lease as those see it whom it binds: what was agreed, with whom, and its documents."""
    lease, today = services.whole_lease(request.db, context.row), request.clock.today()
    return {
        **WORDS,
        "lease": lease,
        "today": today,
        "state_badge": badge(STATES[lease.state], TONES[lease.state]),
        "rent_cents": lease.rent_on(max(today, lease.starts)),
        "landlord": request.db.get_one(Organisation, lease.organisation_id).name,
        "documents": [Agreements(request, context, "documents").node_of(row) for row in documents_of(request.db, lease)],
        "is_leaving": is_leaving(request.db, lease),
        "notices": notices_shown(context, request),
        "may_end": lease.state in ("active", "notice"),
        # What a landlord knows of one tenant is not for the others.
        "shows_reach": False,
    }
