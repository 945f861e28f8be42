"""Who owns a property, in which shares, from which day on."""
