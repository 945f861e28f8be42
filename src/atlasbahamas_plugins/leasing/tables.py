"""Every table of leasing and every trigger, for its migrations."""

from atlasbahamas_plugins.leasing import guards, models, words
from atlasbahamas_plugins.leasing.agreements import models as agreements
from atlasbahamas_plugins.leasing.importing import models as importing
from atlasbahamas_plugins.leasing.inviting import models as inviting
from atlasbahamas_plugins.leasing.leaving import models as leaving
from atlasbahamas_plugins.leasing.notices import models as notices
from atlasbahamas_plugins.leasing.papers import models as papers
from atlasbahamas_plugins.leasing.signing import models as signing
from atlasbahamas_plugins.leasing.statements import models as statements
from atlasbahamas_plugins.leasing.tenancy import models as tenancy
from atlasbahamas_plugins.leasing.writing import models as writing

PARTS = (models, guards, words, agreements, signing, tenancy, notices, leaving, statements, importing, inviting, writing, papers)
TRIGGERS = tuple(trigger for part in PARTS for trigger in getattr(part, "TRIGGERS", ()))
