"""What people can be told of by leasing."""

from __future__ import annotations

from atlasbahamas.notifications import NotificationCategory

MY_LEASE = NotificationCategory("leasing.mine", "Your lease", "Your lease waits for you, or somebody did something about it.")
TENANTS_ANSWER = NotificationCategory(
    "leasing.answers", "Tenants and their leases", "A tenant signed, declined, or asks for something."
)
