"""Takedowns in memory: the same promises as in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from aggregator.errors import UnknownEntryError
from aggregator.model import Alias, CaptureRow, EntryId, FeedId, JournalRow, Key
from aggregator.model.dossier import Dossier
from aggregator.model.takedown import Stage, Takedown, TakedownOrder
from aggregator.store.captures import CAPTURED
from aggregator.store.forgetting import forget
from aggregator.store.memory.tables import Tables
from aggregator.store.stored import StoredRevision
from aggregator.store.takedowns import apart, dossier_of, without_keys


class Redacting:
    """What a takedown does beyond recording, over the tables in memory; all else is theirs."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def __getattr__(self, name: str) -> object:
        return getattr(self._tables, name)

    def rows_about(self, entry_id: EntryId) -> Sequence[JournalRow]:
        """Every journal row of an entry, in order."""
        return [row for row in self._tables.rows.values() if row.entry_id == entry_id]

    def revisions_of(self, entry_id: EntryId) -> Sequence[StoredRevision]:
        """Every version of an entry, by number."""
        return self._tables.revisions[entry_id]

    def keys_of(self, entry_id: EntryId) -> Sequence[Key]:
        """Every key that leads to an entry."""
        return keys_of(self._tables, entry_id)

    @contextmanager
    def door(self) -> Iterator[None]:
        """Nothing here refuses to be rewritten."""
        yield

    def rewrite_revision(self, revision: StoredRevision) -> None:
        """A version in place of the one with its number."""
        versions = self._tables.revisions[revision.entry_id]
        changed = (*versions[: revision.number - 1], revision, *versions[revision.number :])
        self._tables.revisions[revision.entry_id] = changed

    def rewrite_row(self, row: JournalRow) -> None:
        """The payload of a journal row; nothing else of it."""
        self._tables.rows[row.seq] = row

    def bodies_of(self, numbers: Sequence[int]) -> Sequence[tuple[CaptureRow, JournalRow]]:
        """The captures of these numbers, each with the journal row that proves it."""
        proofs = [row for row in self._tables.rows.values() if row.kind == CAPTURED]
        return [(self._tables.captures.rows[number], proofs[number - 1]) for number in numbers]

    def hide_address(self, number: int) -> None:
        """Take the address out of a capture, and out of what tells when it came."""
        rows, polls = self._tables.captures.rows, self._tables.polls
        rows[number] = replace(rows[number], url="")
        for poll in polls.names():
            if polls[poll]["capture"] == number:
                polls[poll] = {**polls[poll], "url": "", "final_url": None, "reason": "", "problems": None}

    def hide_key(self, feed_id: FeedId, key: Key, hidden: Key) -> None:
        """Another key in the place of one."""
        self._tables.keys[feed_id, hidden] = self._tables.keys[feed_id, key]
        del self._tables.keys[feed_id, key]

    def drop_traces(self, feed_id: FeedId, entry_id: EntryId, addresses: Sequence[str], words: Sequence[str]) -> None:
        """Take the entry out of everything that is no proof."""
        tables = self._tables
        for name in tables.aliases.names():
            if entry_id in tables.aliases[name]:
                tables.aliases[name] = tables.aliases[name] - {entry_id}
        own = apart(addresses, tables.feed(feed_id))
        tables.pending.drop(entry_id)
        tables.absences.drop(entry_id)
        for number in tables.polls.names():
            row = tables.polls[number]
            looked = any(each in str(row[name] or "") for each in own for name in ("url", "final_url"))
            quotes = any(word in str(row["problems"] or "") for word in (*addresses, *words))
            if row["feed_id"] == feed_id and (looked or quotes):
                blank = {"url": "", "final_url": None} if looked else {}
                tables.polls[number] = {**row, **blank, **({"problems": None} if quotes else {})}
        tables.change_feed(without_keys(tables.feed(feed_id), frozenset(addresses)))

    def add_takedown(self, takedown: Takedown, tokens: Sequence[str]) -> None:
        """Note it, and what would bring it back."""
        self._tables.takedowns[takedown.entry_id] = takedown
        for token in tokens:
            self._tables.barred[token, takedown.entry_id] = True


class MemoryTakedowns:
    """Implements `Takedowns`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def dossier(self, name: str) -> Dossier:
        """Everything about one entry. Raises `UnknownEntryError`."""
        tables = self._tables
        with tables.undo.lock:
            found = (each for each in tables.entries.values() if name in (str(each.entry_id), each.public_id))
            entry = next(found, None)
            if entry is None:
                raise UnknownEntryError(name)
            copies = [copy.entry_id for copy in tables.copies_of(entry.entry_id)]
            return dossier_of(entry, keys_of(tables, entry.entry_id), tables.revisions[entry.entry_id], copies)

    def standing_at(self, url: str) -> tuple[EntryId, ...]:
        """The entries that stand or stood at this address and were not taken down, by number."""
        tables = self._tables
        with tables.undo.lock:
            return tuple(
                each.entry_id
                for each in tables.entries.values()
                if each.forgotten_at is None
                and url in (each.url, each.link, *(one.entry.url for one in tables.revisions[each.entry_id]))
            )

    def sharers(self, feed_id: FeedId, alias: Alias) -> int:
        """How many entries of the feed have this second-hand key."""
        with self._tables.undo.lock:
            return len(self._tables.aliases.get((feed_id, alias)) or ())

    def bars(self, feed_id: FeedId | None = None) -> bool:
        """Whether anything was ever taken down, of one feed or at all."""
        return any(feed_id in (None, each.feed_id) for each in self._tables.takedowns.values())

    def barred(self, tokens: Collection[str]) -> frozenset[str]:
        """Those of the tokens under which something was taken down."""
        with self._tables.undo.lock:
            return frozenset(token for token, _ in self._tables.barred.names()) & frozenset(tokens)

    def forget(self, order: TakedownOrder) -> Takedown:
        """Redact everything, in one transaction. Raises `StoreError`."""
        with self._tables.undo.transaction():
            return forget(order, Redacting(self._tables))  # type: ignore[arg-type]

    def advance(self, entry_id: EntryId, stage: Stage) -> None:
        """Note how far the takedown of an entry has come."""
        with self._tables.undo.transaction():
            self._tables.takedowns[entry_id] = replace(self._tables.takedowns[entry_id], stage=stage)

    def all(self) -> tuple[Takedown, ...]:
        """Every takedown, oldest first."""
        with self._tables.undo.lock:
            return tuple(sorted(self._tables.takedowns.values(), key=lambda each: each.seq))

    def unfinished(self) -> tuple[Takedown, ...]:
        """Those that were interrupted, or wait for a service, oldest first."""
        return tuple(each for each in self.all() if each.stage is not Stage.DONE)


def keys_of(tables: Tables, entry_id: EntryId) -> list[Key]:
    """Every key that leads to an entry."""
    return sorted(key for feed_id, key in tables.keys.names() if tables.keys[feed_id, key] == entry_id)
