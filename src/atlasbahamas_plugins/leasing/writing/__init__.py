"""Writing leases down: drafts, and what was agreed elsewhere."""
