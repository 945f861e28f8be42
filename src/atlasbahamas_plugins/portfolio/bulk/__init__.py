"""Changing many units at once: seen before it is done, and undone as far as nobody changed anything since."""
