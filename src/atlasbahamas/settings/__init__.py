"""Typed settings: read from an INI section and the environment, checked at once, explained to operators.

`section` is the base that plugins build on, `core` holds the core's own sections, `load` reads and refuses,
`reference` explains. What a setting switches on does not belong here.
"""

from atlasbahamas.settings.core import (
    CORE_SECTIONS,
    AtlasSettings,
    DatabaseSettings,
    PyramidSettings,
    RedisSessionSettings,
    RetrySettings,
)
from atlasbahamas.settings.files import FileSettings
from atlasbahamas.settings.load import (
    SERVER_KEYS,
    Problem,
    Settings,
    SettingsError,
    enabled_plugins,
    load,
    server_options,
    variable,
)
from atlasbahamas.settings.mail import MailSettings
from atlasbahamas.settings.section import Flag, Secrets, Section, Words

__all__ = [
    "CORE_SECTIONS",
    "SERVER_KEYS",
    "AtlasSettings",
    "DatabaseSettings",
    "FileSettings",
    "Flag",
    "MailSettings",
    "Problem",
    "PyramidSettings",
    "RedisSessionSettings",
    "RetrySettings",
    "Secrets",
    "Section",
    "Settings",
    "SettingsError",
    "Words",
    "enabled_plugins",
    "load",
    "server_options",
    "variable",
]
