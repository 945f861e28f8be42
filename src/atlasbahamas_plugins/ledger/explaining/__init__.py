"""What a lease owes, and where each cent of it comes from: for people, as data, as at any day, as it was known on any day."""
