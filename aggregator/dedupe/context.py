"""What deciding rests on: the document, what is known of it, its feed and the time. Nothing else may matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.dedupe.dates import CAPTURE, FIRST_SEEN, effective
from aggregator.dedupe.keys import plain_link
from aggregator.model import (
    Alias,
    Candidate,
    Effective,
    FeedId,
    FeedState,
    Head,
    Heads,
    Key,
    Reason,
    Source,
    Stamp,
)


def as_stated(stamp: Stamp) -> Stamp:
    """A feed whose dates mean what they say."""
    return stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideContext:
    """The feed of the document. ``partial`` as in `Document`; ``priorities`` are those of other feeds, for the choice
    of a lead (D-21); a feed that is not named has priority 0.

    ``announce`` is false for a document from the past (R-35); then ``observed_at`` is the time of the capture it was
    read from, if it was one, and ``retold`` says that its form is not that of the feed (B-10). ``meant`` makes of a
    stated date the one that the feed means (P-34); what it states is kept beside it.
    """

    source: Source
    state: FeedState
    partial: bool = False
    priorities: Mapping[FeedId, int] = field(default_factory=dict)
    announce: bool = True
    observed_at: datetime | None = None
    retold: bool = False
    meant: Callable[[Stamp], Stamp] = as_stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document before the rules; ``now`` is aware and UTC."""

    candidates: Sequence[Candidate]
    heads: Heads
    context: DecideContext
    now: datetime
    dates: dict[int, Effective] = field(default_factory=dict, compare=False, repr=False)

    @property
    def feed_id(self) -> FeedId:
        """The feed the document belongs to."""
        return self.context.source.id

    @property
    def as_of(self) -> datetime:
        """The instant at which the document was there to be read: the capture's, else now."""
        return self.context.observed_at or self.now

    def effective(self, candidate: Candidate) -> Effective:
        """The date a candidate would be filed under, were it new; in a capture it is the capture's at last (B-08).

        Several rules ask for it; ``dates`` keeps it by position.
        """
        known = self.dates.get(candidate.entry.position)
        if known is None:
            known = self.dates[candidate.entry.position] = self._effective(candidate)
        return known

    def _effective(self, candidate: Candidate) -> Effective:
        basis = FIRST_SEEN if self.context.observed_at is None else CAPTURE
        stamp = self.context.meant(candidate.entry.published)
        return effective(stamp, self.as_of, self.context.source.timezone, basis)

    def holders(self, alias: Alias) -> tuple[Head, ...]:
        """The entries that have an alias."""
        return self.heads.by_alias.get(alias, ())

    def own(self, heads: Iterable[Head]) -> tuple[Head, ...]:
        """Those of this feed (P-12: no key, no alias reaches beyond its feed)."""
        feed_id = self.feed_id
        return tuple([head for head in heads if head.feed_id == feed_id])

    def by_alias(self, alias: Alias) -> tuple[Head, ...]:
        """The entries of this feed that are known by an alias."""
        known = self.heads.by_alias.get(alias)
        return self.own(known) if known else ()


def open_case(candidates: Sequence[Candidate], heads: Heads, context: DecideContext, now: datetime) -> Case:
    """A document ready to be decided."""
    return Case(candidates=candidates, heads=heads, context=context, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A candidate that is a known entry. ``renamed`` says why, where it came under a new key (rule 4).

    ``quiet``: part of a migration, nothing of it is news (P-15). ``echo``: a second listing of the same entry (P-18).
    """

    head: Head
    candidate: Candidate
    renamed: Reason | None = None
    quiet: bool = False
    echo: bool = False


def with_key(candidate: Candidate, key: Key) -> Candidate:
    """The same entry under another key; aliases of an id that is not its own any more are left behind."""
    aliases = tuple(alias for alias in candidate.aliases if alias.kind == "link")
    return replace(candidate, key=key, aliases=aliases)


def same_link(a: str | None, b: str | None) -> bool:
    """Whether both are links, and equal but for the scheme."""
    return bool(a) and bool(b) and plain_link(a) == plain_link(b)
