"""Watches the configuration files of a running service; the last good one holds until the next is right."""

from __future__ import annotations

from pathlib import Path

from aggregator.errors import SettingsError
from aggregator.lean import structlog
from aggregator.settings import Settings, load_settings

log = structlog.get_logger()

Mark = tuple[tuple[int, int, int], ...]


class Configuration:
    """What was read last, and the marks of its files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mark = self._read_mark()

    def changed(self, *, force: bool = False) -> Settings | None:
        """The settings, if the files differ from the last look and hold no mistake; mistakes are logged once."""
        mark = self._read_mark()
        if mark == self._mark and not force:
            return None
        self._mark = mark
        try:
            settings = load_settings(self._settings.file)
        except SettingsError as refused:
            log.error("configuration refused, the last good one goes on", mistakes=[str(m) for m in refused.mistakes])
            return None
        self._settings = settings
        return settings

    def _read_mark(self) -> Mark:
        return tuple(_mark(path) for path in (self._settings.file, self._settings.feeds_file))


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        facts = path.stat()
    except OSError:
        return (0, 0, 0)
    return (facts.st_mtime_ns, facts.st_size, facts.st_ino)
