"""Fixtures and servers for tests, shipped to plugin authors."""
