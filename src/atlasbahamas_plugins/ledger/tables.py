"""Every table of the ledger and every trigger, for its migrations."""

from atlasbahamas_plugins.ledger.charges import guards as charge_guards
from atlasbahamas_plugins.ledger.charges import models as charges
from atlasbahamas_plugins.ledger.journal import guards, models

PARTS = (models, guards, charges, charge_guards)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
