"""What publishing and people read from memory: the ports `Archive` and `Catalogue`, and the heads for deciding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice, pairwise

from aggregator.errors import UnknownEntryError
from aggregator.model import (
    NOBODY_ASKED,
    DayHead,
    Edit,
    EntryFilter,
    EntryRow,
    FeedId,
    FeedRow,
    Founding,
    Gap,
    HeldEntry,
    Item,
    JournalRow,
    Month,
    PollLine,
    PollTrace,
    Revision,
    Selection,
    SourceCard,
    Touched,
)
from aggregator.proving import sha256
from aggregator.store.captures import CAPTURED
from aggregator.store.edits import is_told
from aggregator.store.memory.edits import edits
from aggregator.store.memory.tables import Tables, feed_host
from aggregator.store.sealed import lasting
from aggregator.store.showing import MEMBERS, by_time, card, entry_line, feed_line, feed_title, item, member, version
from aggregator.store.stored import StoredEntry, StoredRevision
from aggregator.store.touching import old_category
from aggregator.store.traces import trace_of
from aggregator.store.values import instant, instant_text
from aggregator.store.watch_rows import poll_line


def item_of(entry: StoredEntry, tables: Tables) -> Item:
    """An entry as it is shown now."""
    shown = tables.revisions[entry.entry_id][entry.displayed - 1]
    members = (member(copy, feed_title(tables.feeds[copy.feed_id])) for copy in tables.copies_of(entry.entry_id))
    return item(entry, shown, lasting(card(tables.feeds[entry.feed_id])), tuple(islice(members, MEMBERS)))


class MemoryArchive:
    """Implements `Archive`."""

    def __init__(self, tables: Tables, founding: Founding) -> None:
        self._tables, self._founding = tables, founding

    def founding(self) -> Founding:
        """When and under which name the archive began."""
        return self._founding

    def items(self, selection: Selection) -> tuple[Item, ...]:
        """The newest announced items by ``pub_seq``, newest first."""
        with self._tables.undo.lock:
            emitted = [entry for entry in self._tables.entries.values() if self._chosen(entry, selection)]
            emitted.sort(key=lambda entry: entry.pub_seq or 0, reverse=True)
            return tuple(item_of(entry, self._tables) for entry in emitted[: max(selection.limit, 0)])

    def _chosen(self, entry: StoredEntry, selection: Selection) -> bool:
        category = self._tables.feeds[entry.feed_id].source.category
        return (
            entry.pub_seq is not None
            and entry.announced
            and selection.feed in (None, entry.feed_id)
            and selection.category in (None, category)
        )

    def edits(self, limit: int) -> tuple[Edit, ...]:
        """The latest edits that readers could see, newest first."""
        with self._tables.undo.lock:
            return edits(self._tables, limit)

    def withdrawals(self, limit: int) -> tuple[Item, ...]:
        """Announced entries that their publishers took down, the latest noticed first (D-26)."""
        with self._tables.undo.lock:
            gone = [(each.withdrawn_at, each.entry_id) for each in self._tables.entries.values() if _is_gone(each)]
            found = (self._tables.entries[number] for _, number in sorted(gone, reverse=True))
            return tuple(item_of(entry, self._tables) for entry in islice(found, max(limit, 0)))

    def last_poll(self) -> datetime | None:
        """When the latest poll began."""
        with self._tables.undo.lock:
            return max((instant(str(row["started_at"])) for row in self._tables.polls.values()), default=None)

    def traces(self, since: datetime, until: datetime) -> Iterator[PollTrace]:
        """Requests and skipped polls from ``since`` until before ``until``, in the order of their starts."""
        with self._tables.undo.lock:
            first, last = instant_text(since), instant_text(until)
            own = [
                row for row in self._tables.polls.values() if row["via"] is None and row["outcome"] not in NOBODY_ASKED
            ]
            rows = sorted((row for row in own if first <= str(row["started_at"]) < last), key=_start)
            for row in rows:
                feed = self._tables.feeds[FeedId(str(row["feed_id"]))]
                yield trace_of(row, feed_host(feed), feed.source.min_interval)

    def heads(self) -> tuple[DayHead, ...]:
        """The last journal row of every day that is over, oldest first."""
        with self._tables.undo.lock:
            days, rows = self._tables.days, self._tables.rows
            ended = [(days[first], rows[later - 1]) for first, later in pairwise(days.names())]
            return tuple(DayHead(day=day, seq=row.seq, hash=row.hash) for day, row in ended)

    def incomplete(self, feed_id: FeedId) -> tuple[Month, ...]:
        """The months of a feed in which entries may be missing, oldest first."""
        with self._tables.undo.lock:
            months = self._tables.watching.months
            found = (months[name] for name in sorted(months.names()) if name[0] == feed_id)
            return tuple(month for month in found if month.missed > 0)

    def cards(self) -> tuple[SourceCard, ...]:
        """Every feed that is or was configured, by id."""
        with self._tables.undo.lock:
            return tuple(card(self._tables.feeds[feed_id]) for feed_id in sorted(self._tables.feeds.names()))

    def cards_mark(self) -> str:
        """A digest that changes whenever `cards` would tell something else."""
        return sha256(repr(self.cards()))

    def touched(self, after: int) -> Touched:
        """Which feeds and categories the journal changed after this sequence number."""
        with self._tables.undo.lock:
            tables = self._tables
            telling = [row.seq for row in tables.rows.values() if row.kind != CAPTURED]
            last = telling[-1] if telling else 0
            rows = [tables.rows[seq] for seq in telling if seq > after]
            entries = [tables.entries[row.entry_id] for row in rows if row.entry_id is not None]
            leads = [tables.entries[entry.lead] for entry in entries if entry.lead is not None]
            feeds = {row.feed_id for row in rows} | {lead.feed_id for lead in leads}
            categories = {tables.feeds[feed_id].source.category for feed_id in feeds}
            categories |= {old_category(row.payload) for row in rows if row.entry_id is None}
            return Touched(
                seq=last,
                at=tables.rows[last].at if last else None,
                feeds=tuple(sorted(feeds)),
                categories=tuple(sorted(categories - {""})),
                kinds=frozenset(row.kind for row in rows),
            )


def _is_gone(entry: StoredEntry) -> bool:
    return entry.withdrawn_at is not None and is_told(entry)


def _start(row: Mapping[str, object]) -> str:
    return str(row["started_at"])


class MemoryCatalogue:
    """Implements `Catalogue`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def feeds(self, *, asked_after: datetime | None = None, due_before: datetime | None = None) -> tuple[FeedRow, ...]:
        """Every feed with its state, by id; or only those last asked after, or due before an instant."""
        with self._tables.undo.lock:
            feeds = (self._tables.feeds[feed_id] for feed_id in sorted(self._tables.feeds.names()))
            return tuple(
                feed_line(feed)
                for feed in feeds
                if (asked_after is None or (feed.state.last_poll_at or asked_after) > asked_after)
                and (due_before is None or (feed.state.next_poll_at or due_before) < due_before)
            )

    def entries(self, wanted: EntryFilter) -> tuple[EntryRow, ...]:
        """Stored entries, newest effective date first; ``since`` included, ``until`` not."""
        with self._tables.undo.lock:
            found = [entry for entry in self._tables.entries.values() if self._matches(entry, wanted)]
            found.sort(key=lambda entry: (entry.published_at, entry.entry_id), reverse=True)
            return tuple(self._line(entry) for entry in found[: max(wanted.limit, 0)])

    def _matches(self, entry: StoredEntry, wanted: EntryFilter) -> bool:
        return (
            wanted.feed in (None, entry.feed_id)
            and (not wanted.withdrawn or entry.withdrawn_at is not None)
            and (wanted.since is None or entry.published_at >= wanted.since)
            and (wanted.until is None or entry.published_at < wanted.until)
            and _says(self._shown(entry), (wanted.query or "").split())
        )

    def _shown(self, entry: StoredEntry) -> StoredRevision:
        return self._tables.revisions[entry.entry_id][entry.displayed - 1]

    def _line(self, entry: StoredEntry) -> EntryRow:
        return entry_line(entry, self._shown(entry), self._tables.revisions[entry.entry_id][0])

    def entry(self, name: str) -> EntryRow:
        """One entry by number or public id. Raises `UnknownEntryError`."""
        with self._tables.undo.lock:
            return self._line(self._find(name))

    def revisions(self, name: str) -> tuple[Revision, ...]:
        """Every version of one entry, by the time it was there to be read. Raises `UnknownEntryError`."""
        with self._tables.undo.lock:
            return tuple(version(each) for each in by_time(self._tables.revisions[self._find(name).entry_id]))

    def _find(self, name: str) -> StoredEntry:
        for entry in self._tables.entries.values():
            if name in (str(entry.entry_id), entry.public_id):
                return entry
        raise UnknownEntryError(name)

    def journal(self, after: int, limit: int) -> tuple[JournalRow, ...]:
        """Journal rows in order."""
        with self._tables.undo.lock:
            rows = (self._tables.rows[seq] for seq in range(max(after, 0) + 1, len(self._tables.rows) + 1))
            return tuple(row for row, _ in zip(rows, range(limit), strict=False))

    def about(self, name: str) -> tuple[JournalRow, ...]:
        """Every journal row of one entry, in order. Raises `UnknownEntryError`."""
        with self._tables.undo.lock:
            number = self._find(name).entry_id
            return tuple(row for row in self._tables.rows.values() if row.entry_id == number)

    def gaps(self, feed_id: FeedId) -> tuple[Gap, ...]:
        """Every gap of a feed, oldest first."""
        with self._tables.undo.lock:
            return tuple(gap for gap in self._tables.watching.gaps.values() if gap.feed_id == feed_id)

    def months(self, feed_id: FeedId) -> tuple[Month, ...]:
        """How complete the archive of a feed is, by month, oldest first."""
        with self._tables.undo.lock:
            months = self._tables.watching.months
            return tuple(months[name] for name in sorted(months.names()) if name[0] == feed_id)

    def held(self, feed_id: FeedId) -> tuple[HeldEntry, ...]:
        """Every entry of a feed that is or was held back, by number."""
        with self._tables.undo.lock:
            found = (held for held in self._tables.watching.holds.values() if held.feed_id == feed_id)
            return tuple(sorted(found, key=lambda held: held.entry_id))

    def polls(self, feed_id: FeedId, limit: int) -> tuple[PollLine, ...]:
        """The latest polls of a feed, newest first."""
        with self._tables.undo.lock:
            rows = [row for row in self._tables.polls.values() if row["feed_id"] == feed_id]
            return tuple(poll_line(row) for row in rows[::-1][: max(limit, 0)])


def _says(shown: StoredRevision, words: Iterable[str]) -> bool:
    """Whether the version shown holds all the words, in any case."""
    text = " ".join((shown.entry.title, shown.entry.summary, shown.entry.content)).casefold()
    return all(word.casefold() in text for word in words)
