"""Who may decide about what waits for review, and is told of it."""
