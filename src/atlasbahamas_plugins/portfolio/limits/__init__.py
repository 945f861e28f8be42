"""Members who are limited to some of an organisation's properties."""
