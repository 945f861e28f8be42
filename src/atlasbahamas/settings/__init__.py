"""Typed settings: read, checked, explained."""

from atlasbahamas.settings.core import (
    AtlasSettings,
    DatabaseSettings,
    PyramidSettings,
    RedisSessionSettings,
    RetrySettings,
)
from atlasbahamas.settings.load import load, plugin_names
from atlasbahamas.settings.section import Section, Settings, SettingsError

__all__ = [
    "AtlasSettings", "DatabaseSettings", "PyramidSettings", "RedisSessionSettings", "RetrySettings",
    "Section", "Settings", "SettingsError", "load", "plugin_names",
]
