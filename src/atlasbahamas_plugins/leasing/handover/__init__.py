"""Leases of a property that changes hands (docs/decisions/0018)."""
