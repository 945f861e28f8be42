"""Who writes a listing is told what became of it."""
