"""Leases that exist already, brought in as a file at once; and taken away again, as one."""
