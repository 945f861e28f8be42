"""Listing many units in one go: a grid with what they have in common, and what differs."""
