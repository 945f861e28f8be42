"""Revisions of leasing."""
