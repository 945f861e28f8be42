"""A property that is handed to another organisation on a day (docs/decisions/0016)."""
