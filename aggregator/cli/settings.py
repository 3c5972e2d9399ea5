"""What nearly every command begins with: the settings, and the feeds a person named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from aggregator.errors import UnknownFeedError
from aggregator.model import FeedId
from aggregator.settings import Settings, find_config, load_settings


def settings_of(config: Path | None) -> Settings:
    """Load the configuration the command line or the environment names.

    Raises:
        SettingsError: with every mistake.
    """
    return load_settings(find_config(config, os.environ))


def named(settings: Settings, names: Sequence[str]) -> tuple[FeedId, ...]:
    """The ids of configured feeds a person typed.

    Raises:
        UnknownFeedError: with the nearest known id.
    """
    known = {source.id for source in settings.feeds}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise UnknownFeedError(name, near[0] if near else None)
    return tuple(FeedId(name) for name in dict.fromkeys(names))
