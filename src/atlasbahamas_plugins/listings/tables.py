"""Every table of the listings and every trigger, for its migrations: its own, and those of its parts (docs/decisions/0011)."""

from atlasbahamas_plugins.listings import models
from atlasbahamas_plugins.listings.offers import models as offers
from atlasbahamas_plugins.listings.vehicles import models as vehicles

PARTS = (models, offers, vehicles)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
