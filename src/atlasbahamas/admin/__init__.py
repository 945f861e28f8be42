"""The platform's administration: people, organisations, and what the other parts put there."""
