"""A person's own data: taken along and erased, assembled from the core and every feature."""
