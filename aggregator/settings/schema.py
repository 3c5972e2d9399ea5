"""The configuration after it has passed every check: frozen, complete, nothing left to default."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from aggregator.model import RetryScope, Site, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where the archive lives. ``database`` is empty for the embedded SQLite, the only one there is.

    ``captures``: whether answers are kept as they came; ``captures_max_file`` bounds one file of them, in bytes.
    """

    path: Path
    database: str = ""
    captures: bool = True
    captures_max_file: int = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the web server listens; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """How feeds are polled. ``max_body`` is in bytes on the wire; ``processes`` of 0 means one for each core."""

    concurrency: int = 16
    min_interval: timedelta = timedelta(hours=1)
    max_interval: timedelta = timedelta(hours=24)
    host_spacing: timedelta = timedelta(seconds=10)
    total_timeout: timedelta = timedelta(seconds=60)
    max_body: int = 10_000_000
    allow_addresses: tuple[str, ...] = ()
    processes: int = 0
    retry_after_scope: RetryScope = RetryScope.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """Whether to subscribe at the hubs that feeds name; needs a public https address (H-81)."""

    enabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillSettings:
    """How the past is fetched (B-02, B-07). ``web_archive`` is its root with a slash, empty for none; ``spacing`` the
    distance of two requests to a host, ``daily`` how many a host gets in a day."""

    web_archive: str = "https://web.archive.org/"
    spacing: timedelta = timedelta(seconds=30)
    daily: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Both files together. ``feeds`` stand in the order of ``feeds_file``; ``file`` is the host's file."""

    site: Site
    storage: Storage
    server: Server
    polling: Polling
    feeds: tuple[Source, ...]
    feeds_file: Path
    file: Path
    push: PushSettings = field(default_factory=PushSettings)
    backfill: BackfillSettings = field(default_factory=BackfillSettings)
