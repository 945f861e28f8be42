"""Deposits: what is held of a lease and where it came from, the last rent, and what becomes of all of it when somebody leaves."""
