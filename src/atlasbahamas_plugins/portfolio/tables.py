"""Every table of the portfolio and every trigger, for its migrations: its own, and those of its parts (docs/decisions/0011)."""

from atlasbahamas_plugins.portfolio import models
from atlasbahamas_plugins.portfolio.out_of_service import models as out_of_service

TRIGGERS = (*models.TRIGGERS, *out_of_service.TRIGGERS)
