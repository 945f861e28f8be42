"""Moving out: dates, meters and keys, what is taken from the deposits, and the final statement with the tenants' answers."""
