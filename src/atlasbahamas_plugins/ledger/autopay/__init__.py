"""Autopay: a tenant's instruction to take what is due on its day by a saved method, or, without one, to be reminded of it."""
