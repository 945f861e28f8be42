"""Documents of a lease beside its agreement: the scan of one that was recorded, a letter, a list of what is in the home."""
