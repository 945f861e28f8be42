"""Every table of the ledger and every trigger, for its migrations."""

from atlasbahamas_plugins.ledger.allocation import guards as allocation_guards
from atlasbahamas_plugins.ledger.allocation import models as allocation
from atlasbahamas_plugins.ledger.charges import guards as charge_guards
from atlasbahamas_plugins.ledger.charges import models as charges
from atlasbahamas_plugins.ledger.figures import guards as figure_guards
from atlasbahamas_plugins.ledger.figures import models as figures
from atlasbahamas_plugins.ledger.journal import guards, models
from atlasbahamas_plugins.ledger.payments import guards as payment_guards
from atlasbahamas_plugins.ledger.payments import models as payments

PARTS = (models, guards, charges, charge_guards, payments, payment_guards, allocation, allocation_guards, figures, figure_guards)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
