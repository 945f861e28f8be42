"""Cheques: brought to the bank, cleared or returned, and the register of all of them."""
