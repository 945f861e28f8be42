"""Vehicles for rent: listings that belong to an organisation and to no unit."""
