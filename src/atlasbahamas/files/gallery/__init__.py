"""Galleries: the photos of a thing, in an order, with captions. A feature brings a table and two node classes; see
docs/plugin-authors/files.md.
"""
