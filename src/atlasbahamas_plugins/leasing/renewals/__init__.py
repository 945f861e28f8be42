"""What comes after what was agreed: renewals and amendments, a new rent, and saying that a term rolls over."""
