"""The record of who did what: entries that nobody can change, and details that can be erased without breaking them."""
