"""Every table of the ledger and every trigger, for its migrations."""

from atlasbahamas_plugins.ledger.allocation import guards as allocation_guards
from atlasbahamas_plugins.ledger.allocation import models as allocation
from atlasbahamas_plugins.ledger.autopay import guards as autopay_guards
from atlasbahamas_plugins.ledger.autopay import models as autopay
from atlasbahamas_plugins.ledger.bills import guards as bill_guards
from atlasbahamas_plugins.ledger.bills import models as bills
from atlasbahamas_plugins.ledger.charges import guards as charge_guards
from atlasbahamas_plugins.ledger.charges import models as charges
from atlasbahamas_plugins.ledger.deposits import guards as deposit_guards
from atlasbahamas_plugins.ledger.deposits import models as deposits
from atlasbahamas_plugins.ledger.figures import guards as figure_guards
from atlasbahamas_plugins.ledger.figures import models as figures
from atlasbahamas_plugins.ledger.gateways import guards as gateway_guards
from atlasbahamas_plugins.ledger.gateways import models as gateways
from atlasbahamas_plugins.ledger.journal import guards, models
from atlasbahamas_plugins.ledger.payments import guards as payment_guards
from atlasbahamas_plugins.ledger.payments import models as payments
from atlasbahamas_plugins.ledger.plans import guards as plan_guards
from atlasbahamas_plugins.ledger.plans import models as plans
from atlasbahamas_plugins.ledger.reminding import models as reminding
from atlasbahamas_plugins.ledger.sharing import guards as sharing_guards
from atlasbahamas_plugins.ledger.sharing import models as sharing
from atlasbahamas_plugins.ledger.verifying import models as verifying

PARTS = (
    *(models, guards, charges, charge_guards, payments, payment_guards, allocation, allocation_guards),
    *(gateways, gateway_guards, autopay, autopay_guards),
    *(deposits, deposit_guards, plans, plan_guards, sharing, sharing_guards),
    *(bills, bill_guards, reminding, figures, figure_guards, verifying),
)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
