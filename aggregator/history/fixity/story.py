"""What the journal says of one entry, row by row: what its stored row must be, its versions, its publish events.

Each kind of row that tells of an entry has its teller here. Whoever adds a kind adds a teller, or the check calls the
row unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aggregator.ports import JournalLine

COPIES = {"repeat", "duplicate"}
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Event:
    """A publish event of the entry. ``sure`` is false for rows from before events were kept one by one: of those only
    the latest may be stored, with the version shown later."""

    kind: str | None
    revision: int
    at: str
    updated_at: str | None
    sure: bool
    batch: int


@dataclass(slots=True, kw_only=True)
class Story:
    """``columns`` of the entry as far as the journal knows them; ``versions`` maps numbers to journal row and digest,
    ``events`` journal rows to what was published; ``keys`` led to the entry; ``lead`` is what it repeats or duplicates,
    by the journal. ``faults`` are rows that make no sense here, as number and text. ``day``, ``poll``, ``provenance``
    and ``held`` are how the entry came; ``released_at`` is when it was announced after it had been held.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    versions: dict[int, tuple[int, str]] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    lead: int | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)
    sure: bool = False
    day: str = ""
    poll: int = 0
    provenance: str = LIVE
    held: str | None = None
    released_at: str | None = None

    def publish(self, row: JournalLine, batch: int) -> None:
        """The row is a publish event (R-02), brought by this poll, 0 for none."""
        columns = self.columns
        columns["pub_seq"] = row[0]
        kind = {None: None, 1: LIVE, 0: "backfill"}[columns.get("announced")]
        self.events[row[0]] = Event(kind, columns["displayed"], row[4], columns.get("updated_at"), self.sure, batch)


Facts = Mapping[str, Any]


def tell(rows: Iterable[JournalLine]) -> Story:
    """The story of one entry from its rows in order."""
    story = Story()
    for row in rows:
        seq, kind, payload = row[0], row[1], row[5]
        teller = _TELLERS.get(kind)
        if teller is None:
            story.faults.append((seq, f"is of a kind that this version does not know of entries: {kind[:40]!r}"))
            continue
        if (kind == "added") == bool(story.columns):
            story.faults.append((seq, "tells of an entry before it was added, or adds it twice"))
            continue
        try:
            teller(story, row, json.loads(payload))
        except (ValueError, TypeError, KeyError, AttributeError):
            story.faults.append((seq, "does not hold what a row of its kind holds"))
            if kind == "added":
                story.columns.clear()
                break
    return story


def _added(story: Story, row: JournalLine, facts: Facts) -> None:
    outcome, first = facts["outcome"], facts["first"]
    story.columns |= {
        "feed_id": row[2],
        "key": facts["key"],
        "public_id": facts["public_id"],
        "published_at": facts["published_at"],
        "published_basis": facts["published_basis"],
        "day": facts["day"],
        "first_seen_at": row[4],
        "first_observed_at": facts.get("observed_at"),
        "outcome": outcome,
        "displayed": 1,
        "pub_seq": None,
        "repost_of": first if outcome == "repost" else None,
        "reverted_at": None,
        "volatile_at": None,
        "withdrawn_at": None,
        "withdrawn_by": None,
        "forgotten_at": None,
    }
    _current(story, row, facts)
    if "precision" in facts:
        story.columns["published_precision"] = facts["precision"]
    story.keys.add(facts["key"])
    story.day, story.poll, story.held = facts["day"], facts.get("poll", 0), facts.get("held")
    story.provenance = facts.get("provenance", LIVE)
    story.lead = first if outcome in COPIES else None
    event = facts["event"] if "event" in facts else LIVE if facts["emitted"] else None
    if event is not None:
        story.columns["announced"] = int(event == LIVE)
        story.publish(row, story.poll)


def _revised(story: Story, row: JournalLine, facts: Facts) -> None:
    columns = story.columns
    back = facts["reverts_to"] is not None and facts["displayed"] and facts["reverts_to"] != columns["displayed"]
    _current(story, row, facts)
    waits = back and not facts["significant"] and facts.get("settles", True)
    columns["reverted_at"] = row[4] if waits else None
    if facts["displayed"]:
        columns["displayed"] = facts["revision"]
    if facts["significant"] and columns["pub_seq"] is not None:
        columns["announced"] = 1
        story.publish(row, facts.get("poll", 0))


def _current(story: Story, row: JournalLine, facts: Facts) -> None:
    """A version of the live feed: the entry has its hashes now."""
    _version(story, row, facts)
    story.sure = "updated_at" in facts
    story.columns |= {
        "current": facts["revision"],
        "content_hash": facts["content_hash"],
        "revision_hash": facts["revision_hash"],
    }
    # Rows of earlier versions of this program do not say when the entry counts as updated.
    story.columns.pop("updated_at", None)
    if story.sure:
        story.columns["updated_at"] = facts["updated_at"]


def _version(story: Story, row: JournalLine, facts: Facts) -> None:
    number = facts["revision"]
    story.versions[number] = (row[0], facts["digest"])
    story.columns["versions"] = number


def _renamed(story: Story, _row: JournalLine, facts: Facts) -> None:
    story.columns["key"] = facts["key"]
    story.keys.add(facts["key"])


def _key_added(story: Story, _row: JournalLine, facts: Facts) -> None:
    story.keys.add(facts["key"])


def _refiled(story: Story, _row: JournalLine, facts: Facts) -> None:
    names = ("published_at", "published_basis", "day", "updated_at")
    story.columns |= {name: facts[name] for name in names} | {"published_precision": facts["precision"]}


def _date_changed(story: Story, _row: JournalLine, facts: Facts) -> None:
    story.columns["source_published_at"] = facts["instant"]


def _settled(story: Story, row: JournalLine, facts: Facts) -> None:
    story.columns |= {"reverted_at": None, "updated_at": row[4]}
    if story.columns["pub_seq"] is not None:
        story.columns["announced"] = 1
        story.publish(row, facts.get("poll", 0))


def _released(story: Story, row: JournalLine, _facts: Facts) -> None:
    story.released_at = row[4]
    story.publish(row, 0)


def _observed(story: Story, _row: JournalLine, facts: Facts) -> None:
    story.columns["first_observed_at"] = facts["observed_at"]


def _volatile(story: Story, row: JournalLine, _facts: Facts) -> None:
    story.columns["volatile_at"] = row[4]


def _calm(story: Story, _row: JournalLine, _facts: Facts) -> None:
    story.columns["volatile_at"] = None


def _withdrawn(story: Story, row: JournalLine, facts: Facts) -> None:
    story.columns |= {"withdrawn_at": row[4], "withdrawn_by": facts["signal"]}


def _returned(story: Story, _row: JournalLine, _facts: Facts) -> None:
    story.columns |= {"withdrawn_at": None, "withdrawn_by": None}


def _forgotten(story: Story, row: JournalLine, facts: Facts) -> None:
    """A takedown: the versions are what this row says from now on, and nothing is published any more (R-39)."""
    columns = story.columns
    for number, digest in facts["revisions"]:
        story.versions[number] = (row[0], digest)
    if facts["event"] is not None:
        told = columns.get("updated_at")
        story.events[row[0]] = Event(facts["event"], columns["displayed"], row[4], told, story.sure, 0)
    columns |= {"pub_seq": None, "forgotten_at": row[4]}


_TELLERS: Mapping[str, Callable[[Story, JournalLine, Facts], None]] = {
    "added": _added,
    "revised": _revised,
    "recalled": _version,
    "renamed": _renamed,
    "key_added": _key_added,
    "refiled": _refiled,
    "date_changed": _date_changed,
    "settled": _settled,
    "released": _released,
    "observed": _observed,
    "volatile": _volatile,
    "calm": _calm,
    "withdrawn": _withdrawn,
    "returned": _returned,
    "forgotten": _forgotten,
}
