"""Metrics for Prometheus: what this process counted, and what the database knows, told at `/metrics` to whoever may ask.

Each web process has an endpoint of its own and tells of itself; what comes from the database is the same at each (decision 32).
"""
