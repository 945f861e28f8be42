"""Mail to the operators when something fails that nobody expected: one for each kind and hour, with what was held back."""
