"""Items and sources in the words of the pages: civil days, times as people write them, states in plain English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from aggregator.model import EntryId, FeedStatus, Item, Month, Precision, Republish, Site, SourceCard
from aggregator.publish import entry, links, month_views
from aggregator.publish.dates import DAYS, MONTHS, civil_day, civil_time
from aggregator.publish.markup import language
from aggregator.publish.press import Press

LONGEST_SUMMARY = 320
"""Characters of a summary on a page."""

_WORDS = {
    FeedStatus.NEW: ("waiting", "Not polled yet"),
    FeedStatus.HEALTHY: ("good", "Healthy"),
    FeedStatus.QUIET: ("good", "Healthy, quiet"),
    FeedStatus.STALE: ("bad", "Silent: nothing new for longer than usual"),
    FeedStatus.FROZEN: ("bad", "Frozen: its server repeats an old answer"),
    FeedStatus.GAP: ("waiting", "Healthy, but entries may be missing"),
    FeedStatus.CERTIFICATE: ("waiting", "Healthy, but its certificate is about to end"),
    FeedStatus.EMPTY: ("good", "Healthy, lists nothing at the moment"),
    FeedStatus.NOT_A_FEED: ("bad", "Failing: its address does not give a feed"),
    FeedStatus.BLOCKED: ("bad", "Blocked: it refuses our requests"),
    FeedStatus.MOVED: ("waiting", "Moving to a new address"),
    FeedStatus.GONE: ("bad", "Gone: its publisher took it down"),
    FeedStatus.FAILING: ("bad", "Failing"),
    FeedStatus.PAUSED: ("waiting", "Paused by us"),
    FeedStatus.REMOVED: ("waiting", "No longer followed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """Another place that published the same."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry. ``time`` is empty where the source states none; ``stamp`` is the civil time with its offset, or the
    bare day or month; ``seen`` says that the date is only when we first saw it."""

    uid: str
    title: str
    url: str | None
    source: str
    source_url: str | None
    category: str
    lang: str | None
    time: str
    stamp: str
    updated: str
    seen: bool
    summary: str
    texts: tuple[str, ...]
    kept: str
    edited: str
    withdrawn: str
    also: tuple[Also, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The entries of one civil day, or of one month where the day is not known; ``id`` is an anchor. Of what was told
    before there is the HTML already."""

    id: str
    name: str
    rows: tuple[Row | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """One source with its state. ``mood`` is ``good``, ``waiting`` or ``bad``, for a mark beside the words."""

    id: str
    title: str
    site_url: str | None
    page: str
    feeds: tuple[tuple[str, str], ...]
    mood: str
    status: str
    detail: str
    entries: str
    lang: str | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The sources of one category."""

    name: str
    sources: tuple[SourceView, ...]


def days(items: Sequence[Item], press: Press, *, texts: int = 0, told: str = "") -> tuple[Day, ...]:
    """The items by civil day of the site's zone, newest first; those without a time of day close their day (W-04).

    Whole texts of sources that allow it stand in place of summaries, up to ``texts`` characters in all. ``told`` is the
    kind of page, where what was told of an item on such a page before still holds there.
    """
    zone = ZoneInfo(press.site.timezone)
    found: dict[str, list[tuple[datetime, Item]]] = {}
    for item in sorted(items, key=lambda item: (item.published_at, item.pub_seq), reverse=True):
        local = item.published_at.astimezone(zone)
        found.setdefault(_day_key(item, local), []).append((local, item))
    shown = _texts(items, press, texts) if texts else {}
    return tuple(_day(key, found[key], press, shown, told) for key in sorted(found, reverse=True))


def _texts(items: Sequence[Item], press: Press, most: int) -> dict[EntryId, tuple[str, ...]]:
    """The whole texts that fit, in the order of the items."""
    found: dict[EntryId, tuple[str, ...]] = {}
    for item in items:
        if item.source.republish is not Republish.FULL:
            continue
        parts = entry.paragraphs(item, press)
        if (size := sum(map(len, parts))) <= most:
            found[item.entry_id] = parts
            most -= size
    return found


def groups(cards: Sequence[SourceCard], site: Site) -> tuple[Group, ...]:
    """The sources by category, by name inside; those without a category last, removed ones left out."""
    listed = [card for card in cards if card.status is not FeedStatus.REMOVED]
    listed.sort(key=lambda card: (card.title.casefold(), card.id))
    names = sorted({card.category for card in listed}, key=lambda name: (not name, name))
    return tuple(
        Group(name=name, sources=tuple(source(card, site) for card in listed if card.category == name))
        for name in names
    )


def source(card: SourceCard, site: Site) -> SourceView:
    """One source for the list and for its own page."""
    mood, status = _WORDS[card.status]
    detail = entry.cut(entry.line(card.status_text), entry.LONGEST_NAME)
    path = f"feeds/{card.id}"
    return SourceView(
        id=card.id,
        title=entry.cut(entry.line(card.title), entry.LONGEST_NAME) or card.id,
        site_url=links.web(card.site_url),
        page=links.local(site, f"{path}/"),
        feeds=feeds(path, site),
        mood=mood,
        status=status,
        detail="" if detail.casefold() in status.casefold() else detail,
        entries=month_views.counted(card.entries),
        lang=_other_language(card.language, site),
        missing=tuple(map(_missing, card.missing)),
    )


def _missing(month: Month) -> str:
    """``about 18 from June 2026, 53 % of which is kept``."""
    year, number = month.month.split("-")
    name = f"{MONTHS[int(number) - 1]} {year}"
    return f"about {month.missed:,} from {name}, of which {int(month.completeness * 100)} % is kept"


def feeds(path: str, site: Site) -> tuple[tuple[str, str], ...]:
    """The three formats of an edition: name and address."""
    return tuple((links.NAMES[ending], links.local(site, f"{path}.{ending}")) for ending in links.NAMES)


def zone_note(site: Site) -> str:
    """The zone of the times shown, where it is not that of the United Kingdom (W-04)."""
    return "" if site.timezone == "Europe/London" else f"Times are those of {site.timezone.replace('_', ' ')}."


def _day_key(item: Item, local: datetime) -> str:
    """Sortable, and the anchor on the page; a month sorts before its days, so it is shown after them."""
    return local.isoformat()[: 7 if item.precision is Precision.MONTH else 10]


def _day(
    key: str, found: Sequence[tuple[datetime, Item]], press: Press, texts: Mapping[EntryId, tuple[str, ...]], told: str
) -> Day:
    local, first = found[0]
    if first.precision is Precision.MONTH:
        name = f"{MONTHS[local.month - 1]} {local.year}"
    else:
        name = f"{DAYS[local.weekday()]} {civil_day(local.date())}"
    ordered = sorted(found, key=lambda pair: not _timed(pair[1]))
    return Day(
        id=f"d{key}",
        name=name,
        rows=tuple(
            entry.told(item, press, told) or _row(local, item, press, texts.get(item.entry_id, ()))
            for local, item in ordered
        ),
    )


def _row(local: datetime, item: Item, press: Press, texts: tuple[str, ...]) -> Row:
    ready = entry.prepared(item, press)
    zone = press.site.timezone
    return Row(
        uid=item.public_id,
        title=ready.title,
        url=ready.link,
        source=ready.origin.title,
        source_url=ready.origin.site_url,
        category=item.source.category,
        lang=_other(item.language, press.site.language),
        time=civil_time(local) if _timed(item) else "",
        stamp=_stamp(local, item),
        updated=_local(item.updated_at, zone).isoformat(timespec="seconds"),
        seen=item.published_basis == "first-seen",
        summary="" if texts else entry.cut(entry.line(ready.summary), LONGEST_SUMMARY),
        texts=texts,
        kept=f"archived copy, first seen {civil_day(_local(item.first_seen_at, zone).date())}",
        edited=f"edited, {item.revisions} versions" if item.revisions > 1 else "",
        withdrawn=_withdrawn(item, local),
        also=tuple(Also(name=copy.name or copy.title, url=copy.url) for copy in ready.members),
    )


def _withdrawn(item: Item, local: datetime) -> str:
    """That its publisher took it down, and when we noticed; empty where it stands."""
    if item.withdrawn_at is None:
        return ""
    return f"withdrawn by its publisher, noticed {civil_day(item.withdrawn_at.astimezone(local.tzinfo).date())}"


def _timed(item: Item) -> bool:
    return item.precision in (Precision.SECOND, Precision.MINUTE)


def _stamp(local: datetime, item: Item) -> str:
    """The machine-readable date, no finer than what the source stated."""
    return local.isoformat(timespec="minutes") if _timed(item) else _day_key(item, local)


def _other_language(tag: str | None, site: Site) -> str | None:
    """The language where it differs from that of the page (WCAG 3.1.2)."""
    return _other(tag, site.language)


@lru_cache(maxsize=256)
def _other(tag: str | None, own: str) -> str | None:
    found = language(tag)
    return found if found and found.casefold() != own.casefold() else None


@lru_cache(maxsize=1024)
def _local(at: datetime, zone: str) -> datetime:
    """The civil time of an instant; entries of one poll share theirs."""
    return at.astimezone(ZoneInfo(zone))
