"""Every table of leasing and every trigger, for its migrations."""

from atlasbahamas_plugins.leasing import guards, models
from atlasbahamas_plugins.leasing.agreements import models as agreements
from atlasbahamas_plugins.leasing.importing import models as importing
from atlasbahamas_plugins.leasing.signing import models as signing

PARTS = (models, guards, agreements, signing, importing)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
