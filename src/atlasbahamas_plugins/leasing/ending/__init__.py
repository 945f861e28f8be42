"""Leases that end, are called off, or go on after all."""
