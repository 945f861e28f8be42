"""Statements of a lease by month: what was owed before, what happened, what was owed after; on a page, in a file, on paper."""
