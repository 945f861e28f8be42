"""Property that somebody offers to sell to the platform: a lead of the administrators, and never public by itself."""
