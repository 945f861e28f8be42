"""Inviting the tenants of many leases at once, from a file."""
