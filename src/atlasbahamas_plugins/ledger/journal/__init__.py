"""The journal of each organisation: accounts, entries with their transfers, and the chain that holds them."""
