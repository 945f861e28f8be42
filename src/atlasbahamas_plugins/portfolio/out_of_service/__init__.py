"""Times in which a unit cannot be lived in: an occupancy source of its own."""
