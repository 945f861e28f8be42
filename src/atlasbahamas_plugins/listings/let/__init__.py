"""A listing leaves the catalogue when its home is let."""
