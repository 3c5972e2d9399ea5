"""What a document changes in the archive, decided before anything is done: each change carries its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from aggregator.model.document import Entry, Fingerprint
from aggregator.model.head import Alias, Head
from aggregator.model.names import (
    ContentHash,
    EntryId,
    Identity,
    Key,
    Outcome,
    Precision,
    PublicId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry of a document with its fingerprint, identity key and aliases, ready for the outcome table."""

    entry: Entry
    fingerprint: Fingerprint
    key: Key
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a new entry is stored and not announced (P-15): ``kind`` is ``back-catalogue``, old by its own date, or
    ``doubtful``, which is announced by itself after ``until`` unless a person decides; ``None`` waits for a person."""

    kind: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: ``rule`` is the requirement ("4.3/7"), ``text`` a plain sentence, ``evidence`` the facts compared."""

    rule: str
    text: str
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """The date an entry is filed under (P-36, P-37), frozen at first sight.

    ``basis``: ``pubDate``, ``dc:date``, ``atom:published``, ``atom:updated``, ``date_published``, ``url``,
    ``first-seen`` …: the element it was read from.
    """

    instant: datetime
    precision: Precision
    basis: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Rule 1: nothing but ``last_seen``. ``date_changed`` when only the source's date moved (D-25, P-38).

    ``settled`` announces a revert that has stayed for 24 hours (rule 2): it moves ``pub_seq`` and ``updated`` to now.
    ``aliases`` are those not stored yet.
    """

    head: Head
    candidate: Candidate
    reason: Reason
    date_changed: bool = False
    settled: bool = False
    aliases: tuple[Alias, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """SEEN."""
        return Outcome.SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Flux:
    """An entry begins to be volatile, or ends to be (D-23)."""

    volatile: bool
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """Rules 2 and 3: a new immutable revision. ``reverts_to`` is the number of the equal older one (REVERT).

    ``significant`` makes it a publish event (R-02); ``updated_at`` is the published ``updated`` after it (D-24).
    ``displayed`` is false for a body that turned empty or was cut, which is stored but not shown (D-25). ``settles``
    is false where a return to earlier words is nothing to announce later (D-23).
    """

    head: Head
    candidate: Candidate
    reason: Reason
    significant: bool
    updated_at: datetime
    reverts_to: int | None = None
    displayed: bool = True
    date_changed: bool = False
    aliases: tuple[Alias, ...] = ()
    settles: bool = True
    flux: Flux | None = None

    @property
    def outcome(self) -> Outcome:
        """REVERT or REVISION."""
        return Outcome.REVISION if self.reverts_to is None else Outcome.REVERT


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """D-23: a version of a volatile entry that differs in numbers, dates and times only. It is kept aside and stored
    at ``until`` as ``then`` says, unless the feed shows another one before."""

    then: Revised
    reason: Reason
    until: datetime

    @property
    def head(self) -> Head:
        """The known entry."""
        return self.then.head

    @property
    def candidate(self) -> Candidate:
        """The entry as it came."""
        return self.then.candidate

    @property
    def outcome(self) -> Outcome:
        """SEEN: nothing new is stored of it yet."""
        return Outcome.SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """Rule 4: a known entry under a new id. The new key is added; ``then`` is what rules 1–3 say of it.

    ``adopted`` is false for a key that only helps to find the entry again: it goes on under the one it had.
    """

    then: Seen | Revised | Deferred | Recalled
    reason: Reason
    adopted: bool = True

    @property
    def head(self) -> Head:
        """The known entry."""
        return self.then.head

    @property
    def candidate(self) -> Candidate:
        """The entry as it came, with the new key."""
        return self.then.candidate

    @property
    def outcome(self) -> Outcome:
        """RENAMED."""
        return Outcome.RENAMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Rules 5–8: a row for an entry not known before; ``outcome`` is REPEAT, REPOST, DUPLICATE or NEW.

    ``first`` is the stored entry this one repeats, reposts or duplicates; ``first_key`` the key of an earlier
    candidate of the same document instead. ``emitted`` says whether subscribers get it. ``public_ids`` are the ids it
    may be published under, best first; the store takes the first that no other entry owns (R-01). ``hold`` is set
    where an entry that would have been emitted is kept back. ``announced`` is false for an entry of the past: what is
    published of it tells nobody (R-35).
    """

    candidate: Candidate
    outcome: Outcome
    reason: Reason
    effective: Effective
    updated_at: datetime
    emitted: bool
    public_ids: tuple[PublicId, ...]
    first: EntryId | None = None
    first_key: Key | None = None
    hold: Hold | None = None
    announced: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """An older version of a known entry, brought as history: kept, never shown, and nothing else moves (B-08)."""

    head: Head
    candidate: Candidate
    reason: Reason

    @property
    def outcome(self) -> Outcome:
        """RECALLED."""
        return Outcome.RECALLED


Change = Seen | Revised | Deferred | Renamed | Added | Recalled


@dataclass(frozen=True, slots=True, kw_only=True)
class Refiled:
    """An entry that only history has brought, and that was never announced, gets a better date (P-38)."""

    entry_id: EntryId
    effective: Effective
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision on a whole document: ``changes`` in the order they are to be stored, oldest entry first.

    ``templates`` are content hashes that now fall under D-06; ``identity`` and ``id_changes`` are the feed's identity
    mode and its evidence after this document (P-16); ``notes`` go to the log and to ``explain``. ``refiled`` are known
    entries that get a better date.
    """

    changes: tuple[Change, ...]
    templates: tuple[ContentHash, ...] = ()
    identity: Identity = Identity.GUID
    id_changes: tuple[datetime, ...] = ()
    notes: tuple[str, ...] = ()
    barred: int = 0
    refiled: tuple[Refiled, ...] = ()
