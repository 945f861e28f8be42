"""How a feature is found, described and wired. See docs/plugin-authors/."""

from atlasbahamas.plugins.discovery import PluginError, load_manifests
from atlasbahamas.plugins.manifest import PLUGIN_API, Permission, Plugin

__all__ = ["PLUGIN_API", "Permission", "Plugin", "PluginError", "load_manifests"]
