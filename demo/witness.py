"""What must have been seen for the story to be true: four facts, each read off the service's own answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

Row = Mapping[str, Any]
ATOM = "{http://www.w3.org/2005/Atom}"
SOURCES_TO_MERGE = 5
WRONG_SUM, RIGHT_SUM = "£500", "£900"
OUTAGE_FEED = "parish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Something that was seen: which of the four, in a sentence, and the id of the entry or feed it is about."""

    kind: str
    text: str
    about: str


KINDS = ("merge", "duplicate", "revision", "outage")


@dataclass(slots=True)
class Witness:
    """Remembers what was seen first of each kind; an outage counts only once the feed is well again."""

    seen: dict[str, Sight] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """The kinds not seen yet."""
        return tuple(kind for kind in KINDS if kind not in self.seen)

    def note(self, sight: Sight | None) -> Sight | None:
        """The sight if it is the first of its kind."""
        if sight is None or sight.kind in self.seen:
            return None
        self.seen[sight.kind] = sight
        return sight

    def look_at_feeds(self, feeds: Sequence[Row]) -> Sight | None:
        """The outage: a feed that failed, with the reason in plain words, and then was healthy again."""
        parish = next((feed for feed in feeds if feed["id"] == OUTAGE_FEED), None)
        if parish is None:
            return None
        if parish["status"] in {"failing", "not-a-feed"}:
            self.faults.setdefault(parish["status"], parish["status_text"].split(";")[0])
        elif parish["status"] == "healthy" and self.faults:
            text = f"{'; then '.join(self.faults.values())}; now healthy again"
            return self.note(Sight(kind="outage", text=text, about=OUTAGE_FEED))
        return None


def merge(feed: bytes) -> Sight | None:
    """One combined feed that names several sources (atom:source)."""
    try:
        root = etree.fromstring(feed, etree.XMLParser(no_network=True, resolve_entities=False))
    except etree.XMLSyntaxError:
        return None
    entries = root.findall(f"{ATOM}entry")
    sources = {entry.findtext(f"{ATOM}source/{ATOM}title") for entry in entries} - {None}
    if len(sources) < SOURCES_TO_MERGE:
        return None
    return Sight(kind="merge", text=f"{len(entries)} entries from {len(sources)} publishers", about="feed.atom")


def duplicate(entries: Sequence[Row]) -> Sight | None:
    """A paper's copy of a release: stored, but led by the council's entry."""
    by_id = {entry["id"]: entry for entry in entries}
    for entry in entries:
        lead = by_id.get(entry["lead"])
        if entry["outcome"] == "duplicate" and lead and lead["feed_id"] != entry["feed_id"]:
            text = f"{entry['feed_id']} repeats “{lead['title']}” of {lead['feed_id']}"
            return Sight(kind="duplicate", text=text, about=str(lead["id"]))
    return None


def revised(entries: Sequence[Row]) -> str | None:
    """The id of the entry whose sum was corrected, once it has more than one version."""
    found = (e for e in entries if RIGHT_SUM in e["title"] and e["revisions"] > 1)
    return next((str(entry["id"]) for entry in found), None)


def revision(entry: str, history: Sequence[Row]) -> Sight | None:
    """Both versions of the corrected headline are kept."""
    titles = [version["title"] for version in history]
    if not (any(WRONG_SUM in title for title in titles) and any(RIGHT_SUM in title for title in titles)):
        return None
    return Sight(kind="revision", text=f"“{titles[0]}” became “{titles[-1]}”", about=entry)
