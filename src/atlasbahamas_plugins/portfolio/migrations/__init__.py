"""Revisions of portfolio."""
