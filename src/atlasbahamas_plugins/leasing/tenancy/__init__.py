"""What a lease is to those who live there: their sign-in, their home page, their lease."""
