"""Settings: two TOML files in, one frozen value out, or every mistake of both at once.

What changes the files (`edit`, `opml`) is imported by name where it is wanted: few commands do.
"""

from aggregator.settings.load import find_config, load_settings
from aggregator.settings.parse import read_settings
from aggregator.settings.schema import Polling, PushSettings, Server, Settings, Storage
from aggregator.settings.slug import feed_id_for

__all__ = [
    "Polling",
    "PushSettings",
    "Server",
    "Settings",
    "Storage",
    "feed_id_for",
    "find_config",
    "load_settings",
    "read_settings",
]
