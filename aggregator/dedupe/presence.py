"""Whether an entry that a feed lists no more was withdrawn by its publisher (D-26). Law: scrolling off the end of the
window is no withdrawal, a part of a document proves nothing by what it leaves out, and an unchanged world changes
nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.dedupe.keys import spell
from aggregator.model import Added, Change, Document, EntryId, FeedId, Key, Outcome, Reason, Recalled, Verdict
from aggregator.model.presence import Absence, Page, Presence, PresenceQuery, Returned, Signal, Unseen, Withdrawn

APART = timedelta(hours=6)
"""Two documents this far apart must leave an entry out."""
KEPT = timedelta(days=60)
"""An absence that came to nothing is noted for so long; then the entry counts as scrolled off."""
SPARE = 200
"""So many entries more than the document lists are looked at: bounds the walk."""
ORDERED = 0.8
"""The share of entries that must stand in the order of their dates."""
FEWEST = 3
SMALL = 5
"""A document of so many entries must list two older ones than the missing one: one may be pinned to its end."""
MASS = 0.5
"""When more than this share of a document goes missing at once, the site was rebuilt and nobody withdrew anything."""
MOST_NAMED = 1_000

PATIENCE = 3
"""So often at most a page is asked for; it is left alone when it gave no clear answer each time."""
AGAIN = timedelta(hours=24)
ALIVE = range(200, 300)
GONE = (404, 410)
EVERYTHING = datetime.min.replace(tzinfo=UTC)

_RULE = "D-26"


def presence_query(feed_id: FeedId, document: Document, verdict: Verdict) -> PresenceQuery:
    """What the store must say before `presence` can; as long as the document."""
    oldest = EVERYTHING if document.complete and document.entries else floor(verdict.changes)
    return PresenceQuery(
        feed_id=feed_id,
        newer_than=None if document.partial else oldest,
        limit=len(verdict.changes) + SPARE,
        present=listed(verdict.changes),
        keys=tuple(key for key, _ in _named(document)),
    )


def presence(
    query: PresenceQuery, document: Document, verdict: Verdict, unseen: Unseen, body: str, now: datetime
) -> Presence:
    """What a document says of the entries it leaves out, and of those it lists again. ``unseen`` answers ``query``,
    ``body`` is the digest of the document's bytes, ``now`` is aware and UTC."""
    here = query.present
    known = {absence.entry_id: absence for absence in unseen.absences}
    told = tuple(_told(document, unseen, here, known, now))
    named = frozenset(each.entry_id for each in told)
    missing = [] if document.partial else _missing(unseen, len(here), named, complete=document.complete)
    blank = Absence(entry_id=EntryId(0), feed_id=query.feed_id, since=now, document=body)
    noted, withdrawn = _counted(missing, known, blank, complete=document.complete)
    over = named | here | {each.entry_id for each in withdrawn} | _outdated(known.values(), now)
    over |= frozenset() if document.partial else _proves_nothing(known.values(), missing)
    return Presence(
        noted=noted,
        ended=tuple(number for number in known if number in over),
        withdrawn=(*told, *withdrawn),
        returned=tuple(_returned(verdict.changes)),
    )


def unchanged(absences: Sequence[Absence], body: str | None, now: datetime) -> Presence:
    """The feed stands as it was: its last whole document leaves the same entries out now. ``body`` is the digest of
    the bytes that came again, ``None`` where the publisher said that nothing changed."""
    waiting = (each for each in absences if each.due_at is None and now - each.since >= APART)
    return Presence(
        noted=tuple(replace(each, due_at=now) for each in waiting if body in (None, each.document)),
        ended=tuple(sorted(_outdated(absences, now))),
    )


def page_answered(absence: Absence, status: int | None, now: datetime) -> Presence:
    """What the answer to one GET of the entry's page means; ``status`` is the last one of its redirects, ``None`` where
    nothing answered."""
    asked = replace(absence, asked_at=now, tries=absence.tries + 1)
    if status in GONE:
        text = f"Gone from its feed since {absence.since:%d %B %Y}, while older entries are listed, and its page too."
        facts = {"page answered": str(status), "not listed since": f"{absence.since:%Y-%m-%dT%H:%M:%SZ}"}
        return _taken_down(absence, Signal.PAGE_GONE, Reason(rule=_RULE, text=text, evidence=facts))
    if status in ALIVE:
        return Presence(noted=(replace(asked, page=Page.THERE),))
    if asked.tries >= PATIENCE:
        return Presence(noted=(replace(asked, page=Page.UNCLEAR),))
    return Presence(noted=(replace(asked, due_at=now + AGAIN),))


def page_barred(absence: Absence, now: datetime) -> Absence:
    """The same where robots.txt keeps programs away from the page: nobody can tell, and nobody asks again."""
    return replace(absence, asked_at=now, page=Page.UNCLEAR)


def listed(changes: Iterable[Change]) -> frozenset[EntryId]:
    """The stored entries that a document lists; one that is listed again under another id counts as listed."""
    found: set[EntryId | None] = set()
    for change in changes:
        if isinstance(change, Added):
            found.add(change.first if change.outcome is Outcome.REPEAT else None)
        else:
            found |= {change.head.entry_id, change.head.lead}
    return frozenset(number for number in found if number is not None)


def floor(changes: Sequence[Change]) -> datetime | None:
    """The date that a missing entry must be newer than, so that it cannot have scrolled off: that of the oldest entry
    listed, or the oldest but one. ``None`` where the document is too small, or in no order of dates: then nothing
    follows from what it leaves out."""
    dates = [when for _, when in sorted((change.candidate.entry.position, _date(change)) for change in changes)]
    if len(dates) < FEWEST:
        return None
    ordered = max(_in_order(dates), _in_order(dates[::-1]), key=len)
    if len(ordered) < ORDERED * len(dates):
        return None
    return ordered[1] if len(dates) >= SMALL else ordered[0]


def _date(change: Change) -> datetime:
    return change.effective.instant if isinstance(change, Added) else change.head.published_at


def _in_order(dates: Sequence[datetime]) -> list[datetime]:
    """The longest run of these dates, from the last to the first, that never falls; oldest first."""
    tops: list[datetime] = []
    at: list[int] = []
    before: list[int | None] = []
    values = dates[::-1]
    for place, when in enumerate(values):
        pile = bisect_right(tops, when)
        before.append(at[pile - 1] if pile else None)
        tops[pile : pile + 1], at[pile : pile + 1] = [when], [place]
    run: list[datetime] = []
    step = at[-1] if at else None
    while step is not None:
        run.append(values[step])
        step = before[step]
    return run[::-1]


def _missing(unseen: Unseen, here: int, named: frozenset[EntryId], *, complete: bool) -> list[EntryId]:
    """The entries that should be listed and are not. Too many at once are the work of a rebuilt site."""
    found = [each.entry_id for each in unseen.newer if each.live and not each.withdrawn and each.entry_id not in named]
    return found if complete or len(found) <= max(2, MASS * here) else []


def _counted(
    missing: Iterable[EntryId], known: Mapping[EntryId, Absence], blank: Absence, *, complete: bool
) -> tuple[tuple[Absence, ...], tuple[Withdrawn, ...]]:
    """Absences as they are after this document, and the withdrawals that a complete feed proves by itself. ``blank`` is
    an absence that this document begins."""
    now, body = blank.since, blank.document
    noted: list[Absence] = []
    withdrawn: list[Withdrawn] = []
    for number in missing:
        absence = known.get(number)
        if absence is None:
            noted.append(replace(blank, entry_id=number))
        elif now - absence.since < APART or not (absence.due_at is None or complete):
            noted += [replace(absence, document=body)] if absence.document != body else []
        elif complete:
            text = "Its feed says that it lists all it has (fh:complete), and leaves this entry out twice."
            withdrawn += _taken_down(absence, Signal.COMPLETE, Reason(rule=_RULE, text=text)).withdrawn
        else:
            noted.append(replace(absence, document=body, due_at=now))
    return tuple(noted), tuple(withdrawn)


def _taken_down(absence: Absence, signal: Signal, reason: Reason) -> Presence:
    done = Withdrawn(entry_id=absence.entry_id, signal=signal, since=absence.since, reason=reason)
    return Presence(withdrawn=(done,), ended=(absence.entry_id,))


def _outdated(absences: Iterable[Absence], now: datetime) -> frozenset[EntryId]:
    return frozenset(each.entry_id for each in absences if now - each.since >= KEPT)


def _proves_nothing(absences: Iterable[Absence], missing: Sequence[EntryId]) -> frozenset[EntryId]:
    """Entries that were left out once and may have scrolled off since."""
    still = frozenset(missing)
    return frozenset(each.entry_id for each in absences if each.due_at is None and each.entry_id not in still)


def _named(document: Document) -> Iterator[tuple[Key, datetime | None]]:
    """The entries that at:deleted-entry names, under the key they would have in this feed and in no other (R-14), and
    when they were deleted."""
    for tombstone in document.tombstones[:MOST_NAMED]:
        yield spell("guid", tombstone.ref), _instant(tombstone.when)


def _told(
    document: Document, unseen: Unseen, here: frozenset[EntryId], known: Mapping[EntryId, Absence], now: datetime
) -> Iterator[Withdrawn]:
    """Entries that the feed itself says are deleted. One that was updated later is live again (RFC 6721, 3)."""
    for key, when in _named(document):
        entry = unseen.named.get(key)
        if entry is None or entry.withdrawn or entry.entry_id in here or (when and entry.updated_at > when):
            continue
        since = known[entry.entry_id].since if entry.entry_id in known else now
        facts = {"deleted at": f"{when:%Y-%m-%dT%H:%M:%S%z}"} if when else {}
        reason = Reason(rule=_RULE, text="Its feed says that it was deleted (at:deleted-entry).", evidence=facts)
        yield Withdrawn(entry_id=entry.entry_id, signal=Signal.DELETED_ENTRY, since=since, reason=reason)


def _returned(changes: Iterable[Change]) -> Iterator[Returned]:
    """Withdrawn entries that the document lists, each once."""
    back = {
        change.head.entry_id: None
        for change in changes
        if not isinstance(change, Added | Recalled) and change.head.withdrawn_at is not None
    }
    reason = Reason(rule=_RULE, text="Its feed lists it again; it is not withdrawn any more.")
    return (Returned(entry_id=number, reason=reason) for number in back)


def _instant(raw: str | None) -> datetime | None:
    """A date as RFC 3339 writes it, UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(raw.strip()) if raw else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)
