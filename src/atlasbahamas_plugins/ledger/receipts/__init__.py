"""Receipts of confirmed payments: a page, a PDF with a code to point a phone at, and a page at which anybody can check one."""
