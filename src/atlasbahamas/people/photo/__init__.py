"""The photo of a person: one, square, seen by those who work with them."""
