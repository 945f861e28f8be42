"""Several units of a property at once: numbered, by their labels, or from a file."""
