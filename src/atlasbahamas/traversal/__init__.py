"""The tree of addresses and how a path becomes a node."""
