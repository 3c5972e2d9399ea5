"""Settings: two TOML files in, one frozen value out, or every mistake of both at once."""

from aggregator.settings.edit import Merged, add_feed, merge_outlines, remove_feed, set_enabled
from aggregator.settings.load import find_config, load_settings
from aggregator.settings.opml import Outline, read_opml
from aggregator.settings.parse import read_settings
from aggregator.settings.schema import Polling, PushSettings, Server, Settings, Storage
from aggregator.settings.slug import feed_id_for

__all__ = [
    "Merged",
    "Outline",
    "Polling",
    "PushSettings",
    "Server",
    "Settings",
    "Storage",
    "add_feed",
    "feed_id_for",
    "find_config",
    "load_settings",
    "merge_outlines",
    "read_opml",
    "read_settings",
    "remove_feed",
    "set_enabled",
]
