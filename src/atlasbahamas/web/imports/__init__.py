"""The one home of what comes in as a file of rows: read as it comes, each cell held to the rule of a form field, and shown
before anything is saved.

A feature says which columns it takes and what to do with good rows (`Import`); `import_page` does the rest. What a row means
belongs to the feature.
"""

from __future__ import annotations

from atlasbahamas.web.imports.columns import ImportColumn, Problem, Row, Table
from atlasbahamas.web.imports.page import Import, import_page, template_file
from atlasbahamas.web.imports.reading import MOST_ROWS, read_payload, read_table, write_payload

__all__ = [
    "MOST_ROWS",
    "Import",
    "ImportColumn",
    "Problem",
    "Row",
    "Table",
    "import_page",
    "read_payload",
    "read_table",
    "template_file",
    "write_payload",
]
