"""Every table of the portfolio and every trigger, for its migrations: its own, and those of its parts (docs/decisions/0011)."""

from atlasbahamas_plugins.portfolio import models
from atlasbahamas_plugins.portfolio.bulk import models as bulk
from atlasbahamas_plugins.portfolio.contacts import models as contacts
from atlasbahamas_plugins.portfolio.handover import models as handover
from atlasbahamas_plugins.portfolio.limits import models as limits
from atlasbahamas_plugins.portfolio.out_of_service import models as out_of_service
from atlasbahamas_plugins.portfolio.owners import models as owners
from atlasbahamas_plugins.portfolio.places import models as places

PARTS = (models, bulk, out_of_service, contacts, owners, places, limits, handover)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
