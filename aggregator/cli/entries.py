"""``aggregator entries``."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from aggregator.cli.settings import settings_of
from aggregator.cli.show import civil, dated, print_json, print_table, stamp
from aggregator.model import EntryFilter, EntryRow, FeedId


class Moment(click.ParamType[datetime]):
    """A civil day or an ISO instant; a day begins at midnight of the site's time zone."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse; a value without zone stays naive until the site's zone is known."""
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write 2017-06-15 or 2017-06-15T09:30:00Z", param, ctx)


@click.command()
@click.option("--feed", help="Only this feed.")
@click.option("--since", type=Moment(), help="Published on or after this day or instant.")
@click.option("--until", type=Moment(), help="Published before this instant, or up to and including this day.")
@click.option("--query", help="Words that must all appear in title or text.")
@click.option("--withdrawn", is_flag=True, help="Only those that their publisher took down.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(
    config: Path | None,
    feed: str | None,
    since: datetime | None,
    until: datetime | None,
    query: str | None,
    withdrawn: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List stored entries, newest first; duplicates and repeats are listed too, with the entry they belong to."""
    from aggregator.opening import open_catalogue

    settings = settings_of(config)
    zone = ZoneInfo(settings.site.timezone)
    wanted = EntryFilter(
        feed=FeedId(feed) if feed else None,
        since=instant_of(since, zone, end=False),
        until=instant_of(until, zone, end=True),
        query=query,
        withdrawn=withdrawn,
        limit=limit,
    )
    with open_catalogue(settings) as catalogue:
        rows = catalogue.entries(wanted)
    name = settings.site.timezone
    if as_json:
        print_json([entry_json(row, name) for row in rows])
        return
    print_table(
        ("id", "published", "feed", "title", "outcome"),
        ([str(r.entry_id), dated(r.published_at, r.precision, name), r.feed_id, r.title, _fate(r)] for r in rows),
        wide=3,
    )


def instant_of(moment: datetime | None, zone: ZoneInfo, *, end: bool) -> datetime | None:
    """A day given as ``until`` counts to its end."""
    if moment is None:
        return None
    if end and moment.tzinfo is None and moment.time() == time():
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _fate(row: EntryRow) -> str:
    fate = f"{row.outcome} of {row.lead}" if row.lead else str(row.outcome)
    fate = f"{fate}, {row.revisions} versions" if row.revisions > 1 else fate
    fate = f"{fate}, withdrawn" if row.withdrawn_at else fate
    return "taken down" if row.forgotten_at else fate


def entry_json(row: EntryRow, zone: str) -> dict[str, object]:
    """One entry for programs; ``date`` is civil in this zone and goes only as far as it is known."""
    return {
        "id": row.entry_id,
        "feed_id": row.feed_id,
        "public_id": row.public_id,
        "key": row.key,
        "url": row.url,
        "title": row.title,
        "title_basis": row.title_basis or None,
        "summary": row.summary,
        "content": row.content,
        "authors": [person.name for person in row.authors],
        "categories": [category.term for category in row.categories],
        "enclosures": [{"url": e.url, "type": e.type, "length": e.length} for e in row.enclosures],
        "language": row.language,
        "date": civil(row.published_at, row.precision, zone),
        "published_at": stamp(row.published_at),
        "published_basis": row.published_basis,
        "published_raw": row.published_raw,
        "precision": str(row.precision),
        "updated_at": stamp(row.updated_at),
        "first_seen_at": stamp(row.first_seen_at),
        "first_observed_at": stamp(row.first_observed_at),
        "last_seen_at": stamp(row.last_seen_at),
        "content_hash": row.content_hash,
        "outcome": str(row.outcome),
        "emitted": row.emitted,
        "lead": row.lead,
        "revisions": row.revisions,
        "reason": row.reason,
        "volatile_at": stamp(row.volatile_at),
        "withdrawn_at": stamp(row.withdrawn_at),
        "withdrawn_by": row.withdrawn_by,
        "taken_down_at": stamp(row.forgotten_at),
    }
