"""Roommates: who owes which part of a lease, who paid what, and moving between them what was shared otherwise before."""
