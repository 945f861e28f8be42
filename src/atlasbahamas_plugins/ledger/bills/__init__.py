"""Utility bills, kept apart from rent: the accounts with providers, their bills, and who pays them."""
