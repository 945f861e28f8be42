"""Every table of the ledger and every trigger, for its migrations."""

from atlasbahamas_plugins.ledger.journal import guards, models

PARTS = (models, guards)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
