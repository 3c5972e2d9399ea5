"""Both configuration texts → `Settings`, or `SettingsError` with every mistake of both. Pure: reads no file."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from aggregator.errors import Mistake, SettingsError
from aggregator.model import FeedId, Site, Source
from aggregator.settings import gates, rules
from aggregator.settings.schema import BackfillSettings, Polling, PushSettings, Server, Settings, Storage
from aggregator.settings.shapes import (
    BackfillShape,
    FeedShape,
    FeedsShape,
    PollingShape,
    PushShape,
    ServerShape,
    SiteShape,
    StorageShape,
)
from aggregator.settings.slug import is_slug, slug
from aggregator.settings.tables import Text, read_table, read_text

_TABLES = ("site", "storage", "server", "polling", "push", "backfill", "feeds")


def read_settings(host_text: str, host_file: Path, feeds_text: str | None, feeds_file: Path) -> Settings:
    """Both texts, checked against each other. ``feeds_text`` of ``None`` means that the feeds file is missing.

    Relative paths become relative to the folder of the file they stand in. Raises `SettingsError` with all mistakes,
    the host's file first, each file by line.
    """
    host, feeds = read_text(host_text, host_file), _feeds_text(feeds_text, feeds_file)
    _check_names(host)
    site, bad_site = read_table(host, ("site",), SiteShape)
    storage, _ = read_table(host, ("storage",), StorageShape)
    server, _ = read_table(host, ("server",), ServerShape)
    polling, bad = read_table(host, ("polling",), PollingShape)
    push, _ = read_table(host, ("push",), PushShape)
    backfill, _ = read_table(host, ("backfill",), BackfillShape)
    read_table(host, ("feeds",), FeedsShape)
    rules.check_order(host, polling, bad)
    shapes = _read_feeds(feeds)
    if not host.broken and not bad & {"allow_addresses", "min_interval"}:
        rules.check_floor(host, feeds, polling, shapes)
        rules.check_push(host, site.url, polling, push.enabled and "url" not in bad_site)
    if mistakes := [*_by_line(host), *_by_line(feeds)]:
        raise SettingsError(mistakes)
    return Settings(
        site=_site(site),
        storage=_storage(host_file, storage),
        server=Server(host=server.host, port=server.port),
        polling=_polling(polling),
        feeds=tuple(_source(name, shape, site, polling) for name, shape in shapes.items()),
        feeds_file=feeds_file,
        file=host_file,
        push=PushSettings(enabled=push.enabled),
        backfill=BackfillSettings(web_archive=backfill.web_archive, spacing=backfill.spacing, daily=backfill.daily),
    )


def feeds_path(host_text: str, host_file: Path) -> Path:
    """Where the feeds file is, as far as the host's text can be read; `read_settings` reports what is wrong with it."""
    named, _ = read_table(read_text(host_text, host_file), ("feeds",), FeedsShape)
    return _beside(host_file, named.file)


def read_feeds(text: str, file: Path) -> dict[str, FeedShape]:
    """The feeds file alone, without the rules that need the host's file. Raises `SettingsError`."""
    feeds = read_text(text, file)
    shapes = _read_feeds(feeds)
    if feeds.mistakes:
        raise SettingsError(_by_line(feeds))
    return shapes


def _beside(file: Path, path: str) -> Path:
    """A path relative to the folder of this file, without the detours of ``..``."""
    return Path(os.path.normpath(file.parent / path))


def _feeds_text(text: str | None, file: Path) -> Text:
    if text is not None:
        return read_text(text, file)
    remedy = "create it with one table for each feed, or name another under [feeds] file in aggregator.toml"
    missing = Mistake(file=str(file), line=0, where="the file", text="does not exist", suggestion=remedy)
    return Text(str(file), mistakes=[missing], broken=True)


def _check_names(host: Text) -> None:
    for name in rules.unknown_tables(host, _TABLES):
        near = gates.did_you_mean(name, [f"[{table}]" for table in _TABLES])
        host.mistake((name,), "is not a known table", near or "known: " + ", ".join(f"[{t}]" for t in _TABLES))


def _read_feeds(feeds: Text) -> dict[str, FeedShape]:
    shapes = {}
    for name, raw in feeds.data.items():
        if not is_slug(name):
            remedy = f"write [{slug(name)}]" if slug(name) else None
            feeds.mistake((name,), "a feed id may hold only a–z, 0–9 and hyphens, at most 64 characters", remedy)
        shape, bad = read_table(feeds, (name,), FeedShape)
        if isinstance(raw, dict) and "url" not in raw:
            near = "url" if "url" in bad else 'add a line: url = "https://…"'
            feeds.mistake((name,), "has no url", near)
        shapes[name] = shape
    rules.check_twins(feeds, shapes)
    return shapes


def _by_line(read: Text) -> list[Mistake]:
    return sorted(read.mistakes, key=lambda mistake: mistake.line)


def _storage(host_file: Path, shape: StorageShape) -> Storage:
    values = {name: getattr(shape, name) for name in StorageShape.model_fields}
    return Storage(**values | {"path": _beside(host_file, shape.path)})


def _site(shape: SiteShape) -> Site:
    """Where the site has a public address but no contact is given, the contact is the page that the site serves."""
    own_page = not shape.contact or ("url" in shape.model_fields_set and "contact" not in shape.model_fields_set)
    return Site(
        title=shape.title,
        url=shape.url,
        language=shape.language,
        timezone=shape.timezone,
        contact=f"{shape.url}about-our-bot" if own_page else shape.contact,
    )


def _polling(shape: PollingShape) -> Polling:
    values = {name: getattr(shape, name) for name in PollingShape.model_fields}
    return Polling(**values | {"allow_addresses": tuple(shape.allow_addresses)})


def _source(name: str, shape: FeedShape, site: SiteShape, polling: PollingShape) -> Source:
    least: timedelta = polling.min_interval if shape.min_interval is None else shape.min_interval
    return Source(
        id=FeedId(name),
        url=shape.url,
        title=shape.title,
        site=shape.site,
        category=shape.category,
        tags=tuple(dict.fromkeys(shape.tags)),
        republish=shape.republish,
        language=shape.language or site.language,
        timezone=shape.timezone or site.timezone,
        enabled=shape.enabled,
        min_interval=least,
        max_interval=rules.effective_max(least, polling.max_interval),
        priority=shape.priority,
        licence=shape.licence,
        identity=shape.identity,
        fulltext=shape.fulltext,
    )
