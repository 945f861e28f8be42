"""Notices to leave, from either side, and the proof that they were served."""
