"""Revisions of listings."""
