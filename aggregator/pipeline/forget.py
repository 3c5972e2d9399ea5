"""The walk of a takedown (R-39): plan, database, captures, published files, free space; each step may be repeated.

The database is redacted in one transaction, together with the note of where the captures lie. From then on the takedown
is recorded, and whatever interrupts it, the next process that may write goes on with it (`finish`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from aggregator.model import Alias, EntryFilter, EntryId, EntryRow, Place
from aggregator.model.dossier import Dossier
from aggregator.model.takedown import Finding, Sought, Stage, Takedown, TakedownOrder
from aggregator.pipeline.marks import marks_of, tokens_of
from aggregator.ports import Captures, Catalogue, Holdings, Ledger, Takedowns

NEIGHBOURS = 500
"""So many other entries of the feed tell which words are of this entry alone."""
PAGE = 1_000
BEFORE = timedelta(days=62)
"""Captures of so long before an entry was first seen are searched too: an unreadable document may have listed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What a takedown needs of the archive. ``find`` searches captures after the bytes given by file, ``holds`` one
    place; ``captures`` erases."""

    catalogue: Catalogue
    takedowns: Takedowns
    ledger: Ledger
    holdings: Holdings
    captures: Captures
    find: Callable[[Sought, Mapping[str, int]], Finding]
    holds: Callable[[Place, tuple[str, ...]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be removed. ``captures`` are the numbers of bodies among the ``places``; ``others`` are entries that
    hold the same words and stay."""

    row: EntryRow
    dossier: Dossier
    sought: Sought
    finding: Finding
    captures: tuple[int, ...]
    others: tuple[EntryId, ...]


def plan(entry_id: EntryId, office: Office, *, leaving: frozenset[EntryId] = frozenset()) -> Plan:
    """Look up everything about an entry; nothing is changed. ``leaving`` are entries that are taken down with it.

    Raises:
        UnknownEntryError: there is no such entry.
    """
    row, dossier = office.catalogue.entry(str(entry_id)), office.takedowns.dossier(str(entry_id))
    rows = office.catalogue.entries(EntryFilter(feed=dossier.feed_id, limit=NEIGHBOURS))
    gone = leaving | {entry_id}
    marks = marks_of(dossier, (each for each in rows if each.entry_id not in gone and each.forgotten_at is None))
    sought = Sought(feed_id=dossier.feed_id, since=dossier.first_seen_at - BEFORE, marks=marks)
    finding = office.find(sought, {})
    kin = kin_of(dossier, office.takedowns)
    made = Plan(row=row, dossier=dossier, sought=sought, finding=finding, captures=(), others=tuple(sorted(kin - gone)))
    return _with_bodies(made, office)


def kin_of(dossier: Dossier, takedowns: Takedowns) -> frozenset[EntryId]:
    """The entries that are joined with this one and still stand: its copies, its lead, and the other copies of that."""
    if dossier.lead is None:
        return frozenset(dossier.copies)
    lead = takedowns.dossier(str(dossier.lead))
    standing = {lead.entry_id} if lead.forgotten_at is None else set()
    return frozenset({*dossier.copies, *lead.copies, *standing} - {dossier.entry_id})


def _with_bodies(made: Plan, office: Office) -> Plan:
    """The plan with the numbers of bodies at its places, and with bodies that the feed shares with another one."""
    places, numbers = dict.fromkeys(made.finding.places), []
    after = 0
    while rows := office.holdings.bodies(after, PAGE):
        after = rows[-1].number
        for row in rows:
            if row.removed_at is not None:
                continue
            shared = row.place not in places and row.digest in made.finding.repeated
            if row.place in places or (shared and office.holds(row.place, made.sought.marks)):
                places[row.place] = None
                numbers.append(row.number)
    return replace(made, finding=replace(made.finding, places=tuple(places)), captures=tuple(numbers))


def take_down(made: Plan, order: TakedownOrder, office: Office) -> Takedown:
    """Redact the entry in the database and note where its captures lie, all or nothing. Of ``order`` only what people
    decide counts: instant, ground, reason, who, and whether the id is hidden.

    Raises:
        StoreError: it was taken down already, or the database could not be written.
    """
    with office.ledger.transaction():
        # Nobody else can append now; what was kept since the plan was made is searched as well.
        later = office.find(made.sought, made.finding.ends)
        places = (*made.finding.places, *later.places)
        repeated = made.finding.repeated | later.repeated
        now = _with_bodies(replace(made, finding=replace(made.finding, places=places, repeated=repeated)), office)
        feed_id = made.dossier.feed_id

        def sharers(alias: Alias) -> int:
            return office.takedowns.sharers(feed_id, alias)

        known = tokens_of(office.takedowns.dossier(str(made.dossier.entry_id)), sharers)
        full = replace(
            order,
            entry_id=made.dossier.entry_id,
            tokens=order.tokens | known,
            captures=now.captures,
            places=now.finding.places,
        )
        done = office.takedowns.forget(full)
        for number in now.captures:
            office.holdings.take_down(number, order.at)
    return done


def erase(takedown: Takedown, office: Office) -> None:
    """Write over everything that holds the entry in the captures. Raises `StoreError`; then it is tried again later."""
    with office.ledger.transaction():
        # The writer's turn is held meanwhile, so that no index of captures grows under our hands.
        for place in takedown.places:
            office.captures.erase(place, str(takedown.ground), takedown.at)
        office.takedowns.advance(takedown.entry_id, Stage.ERASED)


def finish(office: Office, publish: Callable[[], object], compact: Callable[[], None]) -> tuple[Takedown, ...]:
    """Bring every takedown that was begun to its end, from wherever it stands; returns those. ``publish`` publishes
    what changed, ``compact`` frees the database file of what was removed.

    Raises:
        StoreError: a step failed; those before it are done, and the next call goes on there.
    """
    begun = office.takedowns.unfinished()
    for each in begun:
        if each.stage is Stage.REDACTED:
            erase(each, office)
    if not begun:
        return ()
    if any(each.stage is not Stage.PUBLISHED for each in begun):
        publish()
        for each in begun:
            office.takedowns.advance(each.entry_id, Stage.PUBLISHED)
    compact()
    for each in begun:
        office.takedowns.advance(each.entry_id, Stage.DONE)
    return begun
