"""Islands, settlements and who supplies them, as administrators keep them."""
