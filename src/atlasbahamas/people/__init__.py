"""People, organisations, memberships and devices: who somebody is, and where they belong."""
