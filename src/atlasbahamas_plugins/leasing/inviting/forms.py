"""The columns of a file of tenants who are to be invited."""

from __future__ import annotations

from atlasbahamas.web.forms import EmailField
from atlasbahamas.web.imports import ImportColumn, Row
from atlasbahamas_plugins.leasing.importing.forms import LabelField
from atlasbahamas_plugins.leasing.inviting.services import Named

COLUMNS = (
    ImportColumn("lease", LabelField("Reference of the lease"), ("lease reference", "reference", "ref"), "lease-8ea577"),
    ImportColumn("property", LabelField("Property"), ("building", "property name"), "Sea Grape Court"),
    ImportColumn(
        "unit", LabelField("Unit, where there is no reference"), ("unit label", "label", "apartment", "apt", "unit no"), "2B"
    ),
    ImportColumn(
        "tenant", LabelField("Tenant, by name or e-mail", required=True), ("tenants", "tenant name", "name"), "Ann Rolle"
    ),
    ImportColumn("email", EmailField("E-mail for the invitation"), ("tenant email", "mail"), "ann@example.com"),
)
LABELS = {column.name: column.label for column in COLUMNS}


def named_by(row: Row) -> Named:
    """Whom a row names."""
    cells = row.values
    return Named(row.number, cells["lease"], cells["property"], cells["unit"], cells["tenant"], cells["email"])
