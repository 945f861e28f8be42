"""Links by which a party does something without a sign-in: made, shown once, mailed, taken back; each with a code of its own."""
