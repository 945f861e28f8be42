"""People and companies that an organisation deals with, whether they sign in or not."""
