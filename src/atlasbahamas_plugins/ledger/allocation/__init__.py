"""Which money paid what: allocations of payments and credits to charges, which can be done again without touching the journal."""
