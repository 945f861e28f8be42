"""Figures: who has not paid, the rent roll, ageing, collection, occupancy, and what stands first at home."""
