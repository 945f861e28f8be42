"""Every table of the listings and every trigger, for their migrations: their own, and those of their parts."""

from atlasbahamas_plugins.listings import models
from atlasbahamas_plugins.listings.versions import models as versions

PARTS = (models, versions)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
