"""``aggregator feeds list|show``; the commands that edit are in `feeds_edit`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from aggregator.cli.feeds_edit import add, pause, remove, resume
from aggregator.cli.hubs import hubs
from aggregator.cli.jobs import status_words
from aggregator.cli.politeness import politeness
from aggregator.cli.release import release
from aggregator.cli.settings import named, settings_of
from aggregator.cli.show import local, plain, print_json, print_table, stamp
from aggregator.errors import StoreError
from aggregator.model import FeedId, FeedRow, FeedStatus, PushHealth
from aggregator.settings import Settings


@click.group()
def command() -> None:
    """The feed list: what is polled, how each feed fares, and changes to it.

    Changes go into the feeds file with its comments kept; a running service takes them up within seconds.
    """


for further in (add, remove, pause, resume, release, hubs, politeness):
    command.add_command(further)


@command.command("list")
@click.option("--status", type=click.Choice([str(status) for status in FeedStatus]), help="Only feeds in this state.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def list_(config: Path | None, status: str | None, as_json: bool) -> None:
    """Every feed with its state in plain words: healthy, quiet, stale, frozen, gap, blocked, gone, failing and so on.

    The words and what to do about each are in the operator's guide; `aggregator explain FEED` tells one feed's story.
    """
    settings = settings_of(config)
    found = [row for row in feed_rows(settings) if status is None or row["status"] == status]
    if as_json:
        print_json(found)
        return
    zone = settings.site.timezone
    print_table(
        ("feed", "status", "entries", "last success", "next poll", "in words"),
        (
            [
                str(row["id"]),
                str(row["status"]),
                str(row["entries"]),
                _when(row, "last_success_at", zone),
                _when(row, "next_poll_at", zone),
                str(row["status_text"]),
            ]
            for row in found
        ),
        wide=5,
    )


def _when(row: Mapping[str, object], name: str, zone: str) -> str:
    from datetime import datetime

    value = row[name]
    return local(datetime.fromisoformat(value), zone) if isinstance(value, str) else "–"


@command.command()
@click.argument("feed")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def show(config: Path | None, feed: str, as_json: bool) -> None:
    """Everything known of one feed, and why its next poll is when it is."""
    settings = settings_of(config)
    feed_id = named(settings, [feed])[0]
    row = next(row for row in feed_rows(settings) if row["id"] == feed_id) | _watched(settings, feed_id)
    if as_json:
        print_json(row)
        return
    wide = max(len(name) for name in row)
    for name, value in row.items():
        click.echo(plain(f"{name.replace('_', ' '):<{wide}}  {_words(value)}"))


def _words(value: object) -> str:
    """One value of a feed for people; a mapping is of shares by month."""
    if isinstance(value, dict):
        return ", ".join(f"{month} {share:.0%}" for month, share in value.items()) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)


def feed_rows(settings: Settings) -> list[dict[str, object]]:
    """Configured feeds in the order of the file, then those no longer configured; state where there is any."""
    stored = _stored(settings)
    rows: list[dict[str, object]] = []
    for source in settings.feeds:
        known = stored.pop(source.id, None)
        fresh: dict[str, object] = {
            "id": source.id,
            "title": source.title,
            "url": source.url,
            "category": source.category,
            "tags": source.tags,
            "enabled": source.enabled,
            "republish": str(source.republish),
        }
        rows.append(fresh | (_state(known) if known else _unknown(enabled=source.enabled)))
        if known and source.title is None:
            rows[-1]["title"] = known.state.profile.title
    return rows + [
        {"id": row.source.id, "title": row.source.title, "url": row.source.url} | _gone(row) for row in stored.values()
    ]


def _watched(settings: Settings, feed_id: FeedId) -> dict[str, object]:
    """Gaps, completeness by month and what is held back; nothing where there is no archive yet."""
    from aggregator.opening import database, open_jobs

    if not database(settings).exists():
        return {}
    with open_jobs(settings) as (catalogue, backfills):
        gaps, months, held = catalogue.gaps(feed_id), catalogue.months(feed_id), catalogue.held(feed_id)
        jobs = backfills.of(feed_id)
    return {
        "backfill": status_words(jobs[-1], settings.site.timezone) if jobs else None,
        "gaps_open": sum(gap.closed_at is None for gap in gaps),
        "missed": sum(gap.missed for gap in gaps if gap.backfill != "done"),
        "held": sum(each.released_at is None for each in held),
        "completeness": {month.month: round(month.completeness, 3) for month in months},
    }


def _stored(settings: Settings) -> dict[FeedId, FeedRow]:
    from aggregator.opening import database, open_catalogue

    if not database(settings).exists():
        return {}
    try:
        with open_catalogue(settings) as catalogue:
            return {row.source.id: row for row in catalogue.feeds()}
    except StoreError as fault:
        click.echo(f"the archive cannot be read, showing the configuration only: {fault}", err=True)
        return {}


def _unknown(*, enabled: bool) -> dict[str, object]:
    status = FeedStatus.NEW if enabled else FeedStatus.PAUSED
    text = "not polled yet" if enabled else "paused in the feeds file"
    names = ("http_status", "last_poll_at", "last_success_at", "next_poll_at", "bound")
    return {"status": str(status), "status_text": text, "entries": 0, "failures": 0} | dict.fromkeys(names)


def _state(row: FeedRow) -> dict[str, object]:
    state = row.state
    paused = not row.source.enabled
    return {
        "status": str(FeedStatus.PAUSED if paused else state.status),
        "status_text": "paused in the feeds file" if paused else state.status_text,
        "entries": row.entries,
        "failures": state.failures,
        "http_status": state.http_status,
        "last_poll_at": stamp(state.last_poll_at),
        "last_success_at": stamp(state.last_success_at),
        "last_change_at": stamp(state.last_change_at),
        "next_poll_at": None if paused else stamp(state.next_poll_at),
        "bound": state.bound,
        "expected_at": None if paused else stamp(state.expected_at),
        "certificate_ends": stamp(state.certificate_ends),
        "gap_at": stamp(state.window.gap_at),
        "identity": str(state.identity),
        "uuid": state.uuid,
        "etag": state.validators.etag if state.validators else None,
        "last_modified": state.validators.last_modified if state.validators else None,
        "asked_at": state.moved_url,
        "proposal": state.proposal,
        "redirects_to": state.redirect.target if state.redirect else None,
        "language": state.profile.language,
        "site_url": state.profile.site_url,
        "rights": state.profile.rights,
        "hub": state.push.hub,
        "push": push_words(state.push),
        "cloud": state.hints.cloud,
    }


def push_words(push: PushHealth) -> str:
    """Push in one line: whether it is in force, and why not."""
    if push.hub is None:
        return push.why or "nothing known"
    force = "no subscription in force" if push.until is None else f"in force until {stamp(push.until)}"
    trust = "trusted" if push.trusted else "not trusted"
    return f"{force}, {trust} ({push.deliveries} delivered, {push.misses} missed in 30 days)"


def _gone(row: FeedRow) -> dict[str, object]:
    removed = {"status": str(FeedStatus.REMOVED), "status_text": "no longer in the feeds file; its archive is kept"}
    return (
        {"category": row.source.category, "tags": row.source.tags, "enabled": False}
        | _state(row)
        | removed
        | {"next_poll_at": None}
    )
