"""Review: what a listing says and shows is looked at before the public sees it."""
