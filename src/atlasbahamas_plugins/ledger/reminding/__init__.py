"""Telling tenants that rent will be due, and that it is late; each once."""
