"""The record of one poll: everything that is committed together (D-22, H-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.capture import Kept
from aggregator.model.change import Verdict
from aggregator.model.feed import Bound, FeedState
from aggregator.model.names import FeedId, FeedStatus, Provenance
from aggregator.model.presence import NOTHING, Presence
from aggregator.model.watch import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When to poll next, and the name of the bound that decided it (A-10).

    ``considered`` is everything weighed, by instant and before jitter, for ``explain``.
    """

    at: datetime
    interval: timedelta
    bound: str
    considered: tuple[Bound, ...] = ()


FLAT = (1.0 / 168,) * 168
"""The same share for every hour of the week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """What is common to all feeds when the next poll is set: the one knob of the rule and the pooled week.

    ``mu`` is the expected waiting cost worth a request, in event-seconds (A-01): halving it makes about 1.4 times the
    requests. ``shares`` are the pooled shares of the 168 hours of the week in civil time (A-04). ``budget`` is in
    requests per feed and day (A-06). ``fair`` gives quiet feeds more than their share (A-08). The default ``mu`` spends
    the default budget on a typical set of council and local-news feeds.
    """

    mu: float = 470.0
    shares: tuple[float, ...] = FLAT
    budget: float = 6.0
    fair: bool = True


PUSHED = "pushed"
"""The outcome of a row that no request of ours brought about."""


SKIPPED = "skipped"
"""The outcome of a poll put off: nobody was asked."""

BACKFILLED = "backfilled"
"""The outcome of a request for history: a publisher or an archive was asked, but not by a poll (B-02)."""

IMPORTED = "imported"
"""The outcome of a document that an operator brought: nobody was asked."""

NOBODY_ASKED = (PUSHED, IMPORTED)
"""Outcomes of documents that came without a request of ours; the politeness ledger leaves them out."""

CHECKED = "checked"
"""The outcome of a look at the page of an entry that its feed leaves out: the page was asked, not the feed (D-26)."""

SOUGHT = "sought"
"""The outcome of a search for a feed that went missing: its site was asked, not the feed (H-46)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A feed is asked at another address from now on, and why (H-40, H-41)."""

    origin: str
    target: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """One request, one row (H-73). ``state`` is the whole state of the feed after it; instants are aware and UTC.

    ``outcome``: ``modified``, ``same-body``, ``not-modified``, ``gone``, ``blocked``, ``failed``; ``skipped`` for a
    poll put off, ``pushed`` for a document that a hub brought: in these two nobody was asked (H-85);
    ``sought`` for a search on its site, ``checked`` for a look at the page of a missing entry; ``backfilled`` for a
    page of history that was asked for, ``imported`` for a document that an operator brought.
    ``provenance`` is of every version in the verdict, ``observed_at`` the time of the capture they were read from,
    where that is not the time of the poll (B-08).
    ``verdict`` is ``None`` unless a document was read. ``via`` is the feed whose request brought the answer, where it
    was not this one's own (H-72). ``asked_with`` and ``given`` are short digests of the validators sent and received,
    ``flaws`` names of headers that must not be sent (H-62). ``moved`` is set where the feed is asked elsewhere from now
    on.
    ``gap`` is set where entries may have scrolled past since the last window; ``calm`` where the window overlaps the
    last one well, which ends a warning of turnover. ``kept`` is where the answer lies among the captures, if it does.
    ``presence`` is what follows for entries that are not listed, or are listed again (D-26).
    """

    feed_id: FeedId
    started_at: datetime
    finished_at: datetime
    url: str
    final_url: str
    outcome: str
    reason: str
    state: FeedState
    http_status: int | None = None
    wire_bytes: int = 0
    sent: str = "none"
    entries: int = 0
    verdict: Verdict | None = None
    problems: tuple[str, ...] = ()
    encoding: str | None = None
    gap: Gap | None = None
    calm: bool = False
    hops: int = 0
    via: FeedId | None = None
    asked_with: str | None = None
    given: str | None = None
    flaws: str = ""
    moved: Move | None = None
    provenance: Provenance = Provenance.LIVE
    observed_at: datetime | None = None
    kept: Kept | None = None
    presence: Presence = NOTHING

    @property
    def asked(self) -> bool:
        """Whether a feed was asked by a poll: only then a lease and a busy host end with this row."""
        return self.outcome not in (PUSHED, BACKFILLED, CHECKED, IMPORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What the hall says of one poll afterwards: for the log line, the progress bar and ``poll --json``.

    ``shared`` are the reports of other feeds that the same answer served (H-72).
    """

    feed_id: FeedId
    outcome: str
    status: FeedStatus
    reason: str
    http_status: int | None
    entries: int
    new: int
    revised: int
    duplicates: int
    wire_bytes: int
    sent: str
    seconds: float
    next_poll_at: datetime | None
    shared: tuple[PollReport, ...] = ()
