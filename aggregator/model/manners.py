"""How we behaved towards a host, as its owner could count it from the log of the server (H-73)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.names import FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class PollTrace:
    """What one row of ``polls`` says of a request: ``asked`` and ``given`` are digests of validators as
    ``etag/last-modified``, with ``-`` for none; ``None`` where there were none at all. Skipped polls are rows too.
    ``planned`` is when the feed was to be asked next; ``own`` marks servers that the operator owns."""

    feed_id: FeedId
    host: str
    started_at: datetime
    final_url: str
    outcome: str
    http_status: int | None
    sent: str
    asked: str | None
    given: str | None
    flaws: str
    wire_bytes: int
    hops: int
    planned: datetime | None = None
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One host, or one feed, over a span of days.

    ``requests`` include redirects; ``unconditional`` are those without validators to servers that had given some, of
    which ``over_budget`` came within a day of another one for the same feed (H-09). ``good``, ``out_of_sequence`` and
    ``made_up`` count requests with validators: those given last, those given earlier, those never given.
    ``hurried`` came within an hour of the last one for the same feed and before their time, ``bursts`` within ten
    seconds of another one to the same host; servers of the operator's own are left out of both.
    ``shortest_gap`` is between two requests for one feed, ``shortest_spacing`` between any two to the host.
    """

    name: str
    feeds: int
    requests: int
    unchanged: int
    unconditional: int
    over_budget: int
    good: int
    out_of_sequence: int
    made_up: int
    cookies: int
    referers: int
    put_off: int
    wire_bytes: int
    shortest_gap: timedelta | None
    shortest_spacing: timedelta | None
    hurried: int = 0
    bursts: int = 0

    @property
    def bad_marks(self) -> int:
        """What the owner could hold against us; the target is none."""
        validators = self.over_budget + self.out_of_sequence + self.made_up
        return validators + self.cookies + self.referers + self.hurried + self.bursts

    @property
    def unconditional_share(self) -> float:
        """Of all requests, those without validators although some had been given."""
        return self.unconditional / self.requests if self.requests else 0.0
