"""Takedowns over the real doors: what `aggregator forget` begins, and every process that may write goes on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep

from aggregator.captures.reader import CaptureReader
from aggregator.captures.searching import find, holds
from aggregator.errors import CaptureError, LockedError, StoreError
from aggregator.fetch.first import discard
from aggregator.model import EntryId, Place
from aggregator.model.takedown import Finding, Ground, Sought, Stage, Takedown, TakedownOrder
from aggregator.opening import PUBLIC, database, open_archive, open_output
from aggregator.pipeline.forget import Office, Plan, finish, kin_of, plan, take_down
from aggregator.pipeline.publish import publish
from aggregator.publish.folder import Folder
from aggregator.publish.naming import naming
from aggregator.service.lock import store_lock
from aggregator.settings import Settings
from aggregator.store.sqlite import SqliteStore
from aggregator.wiring import CAPTURES, agent_of, open_captures

PATIENCE = 60.0
"""Seconds to wait for a running service to bring a takedown to its end."""
LOOK = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What people decide of a takedown. ``at`` is aware and UTC."""

    at: datetime
    ground: Ground
    note: str
    who: str
    hide_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The plan of one entry, and the published files (paths below ``public/``) that name it now."""

    plan: Plan
    published: tuple[str, ...]


class Bureau:
    """An open archive, for one takedown or several. A service may work on it meanwhile."""

    def __init__(self, settings: Settings, store: SqliteStore) -> None:
        self._settings, self._store = settings, store
        self._office = office_of(settings, store)

    def named(self, name: str) -> tuple[EntryId, ...]:
        """The entries that a number, public id or address names; all of an address.

        Raises:
            UnknownEntryError: there is none.
        """
        standing = self._store.takedowns.standing_at(name)
        return standing or (self._store.takedowns.dossier(name).entry_id,)

    def preview(self, entry_id: EntryId, *, copies: bool) -> tuple[Preview, ...]:
        """What taking down an entry would remove, and its copies with it where that is wanted; nothing is changed.

        Raises:
            StoreError: it was taken down already.
        """
        first = self._store.takedowns.dossier(str(entry_id))
        if first.forgotten_at is not None:
            raise StoreError(f"entry {entry_id} was taken down on {first.forgotten_at:%Y-%m-%d}; nothing is left to do")
        wanted = (entry_id, *(sorted(kin_of(first, self._store.takedowns)) if copies else ()))
        plans = [plan(each, self._office, leaving=frozenset(wanted)) for each in wanted]
        public = self._settings.storage.path / PUBLIC
        return tuple(Preview(plan=each, published=naming(public, _names(each))) for each in plans)

    def take_down(self, plans: Sequence[Plan], decision: Decision) -> tuple[Takedown, ...]:
        """Redact every one of them in the database: from here on nothing is left undone. Raises `StoreError`."""
        orders = [
            TakedownOrder(
                entry_id=each.dossier.entry_id,
                at=decision.at,
                ground=decision.ground,
                reason=decision.note,
                who=decision.who,
                tokens=frozenset(),
                hide_id=decision.hide_id,
            )
            for each in plans
        ]
        with self._store.ledger.transaction():
            return tuple(take_down(each, order, self._office) for each, order in zip(plans, orders, strict=True))

    def go_on(self, tell: Callable[[str], None]) -> tuple[Takedown, ...]:
        """Bring what was begun to its end, or wait until the running service has; returns what is not done yet.

        Raises:
            StoreError: a step failed; it is tried again by whatever writes next.
        """
        try:
            with store_lock(self._settings.storage.path):
                finish_takedowns(self._settings, self._store, open_output(self._settings))
        except LockedError:
            tell("a service works on this archive and takes the entry out of its files; waiting for it …")
            return self._await()
        return ()

    def _await(self) -> tuple[Takedown, ...]:
        end = monotonic() + PATIENCE
        while (left := self._store.takedowns.unfinished()) and monotonic() < end:
            sleep(LOOK)
        return left


@contextmanager
def bureau(settings: Settings) -> Iterator[Bureau]:
    """Open the archive for takedowns. Raises `StoreError` where there is none."""
    if not database(settings).exists():
        raise StoreError(f"nothing is archived at {database(settings)} yet; check [storage] path")
    store = open_archive(settings)
    try:
        yield Bureau(settings, store)
    finally:
        store.close()


def office_of(settings: Settings, store: SqliteStore) -> Office:
    """The doors of a takedown."""
    reader = CaptureReader(settings.storage.path / CAPTURES)

    def search(sought: Sought, after: Mapping[str, int]) -> Finding:
        return find(reader, sought, after)

    def held(place: Place, marks: tuple[str, ...]) -> bool:
        try:
            return holds(reader, place, marks)
        except CaptureError:
            return False

    return Office(
        catalogue=store.catalogue,
        takedowns=store.takedowns,
        ledger=store.ledger,
        holdings=store.holdings,
        captures=open_captures(settings, store.holdings),
        find=search,
        holds=held,
    )


def finish_takedowns(settings: Settings, store: SqliteStore, output: Folder) -> tuple[Takedown, ...]:
    """Bring takedowns that were begun to their end; whoever calls holds the lock of the store. Raises `StoreError`."""
    begun = store.takedowns.unfinished()
    for each in begun:
        if each.stage is Stage.REDACTED:
            _discard(settings, store.sources.get(each.feed_id)[0].url)

    def publish_now() -> object:
        return publish(store, output, settings.site, agent_of(settings))

    return finish(office_of(settings, store), publish_now, store.compact) if begun else ()


def _discard(settings: Settings, url: str) -> None:
    try:
        discard(settings.storage.path, url)
    except OSError as error:
        raise StoreError(f"{error.filename} cannot be removed: {error.strerror}") from error


def _names(made: Plan) -> tuple[str, ...]:
    return tuple(name for name in (made.dossier.public_id, made.row.url) if name)
