"""Push by WebSub: what a feed offers, one subscription at a hub, and how well the hub has delivered (H-80 to H-86)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aggregator.model.names import FeedId


class PushPhase(StrEnum):
    """Where a subscription stands. An ``active`` one may have run out: its ``expires_at`` says so."""

    PENDING = "pending"
    ACTIVE = "active"
    LEAVING = "leaving"
    DENIED = "denied"
    ENDED = "ended"


class PushMode(StrEnum):
    """What the hub was asked for last, as ``hub.mode`` spells it."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The hub a document names and the topic to subscribe to there; both ``None`` where there is no push, ``why`` says
    where they were found or what is amiss."""

    hub: str | None = None
    topic: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription (H-81): ``token`` is the end of its callback, unguessable and never shown; so is ``secret``.

    Instants are aware and UTC. ``asked_at`` is the last request to the hub, ``mode`` what it asked for; a verification
    is expected for that only. ``since`` is the beginning of unbroken cover, ``expires_at`` the end of the lease,
    ``next_at`` when something is to be done. ``attempts`` counts requests the hub has not verified.
    """

    token: str
    feed_id: FeedId
    hub: str
    topic: str
    secret: str
    created_at: datetime
    phase: PushPhase = PushPhase.PENDING
    mode: PushMode = PushMode.SUBSCRIBE
    asked_at: datetime | None = None
    attempts: int = 0
    verified_at: datetime | None = None
    since: datetime | None = None
    expires_at: datetime | None = None
    next_at: datetime | None = None
    ended_at: datetime | None = None
    deliveries: int = 0
    delivered_at: datetime | None = None
    rejected: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Content a hub has brought, its signature checked; ``at`` is when it arrived (aware, UTC)."""

    feed_id: FeedId
    topic: str
    body: bytes
    content_type: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAnswer:
    """What came of a request to a hub: ``accepted`` for any 2xx; ``retry_at`` is its Retry-After as an instant."""

    accepted: bool
    detail: str
    status: int | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDay:
    """New entries of one UTC day: those push brought, and those a backup poll had to find (H-86)."""

    day: date
    delivered: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PushMiss:
    """An entry a poll found first, by key; a push that comes soon after it takes the miss back."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushHealth:
    """What a feed offers for push, whether that is in force, and how it has fared in the last 30 days (H-80, H-86).

    ``hub``, ``topic`` and ``why`` as in `Offer`. ``since`` and ``until`` bound the cover of the live subscription as
    the last poll knew it, ``None`` without one. ``trusted`` is the verdict on the days, oldest first.
    """

    hub: str | None = None
    topic: str | None = None
    why: str = ""
    since: datetime | None = None
    until: datetime | None = None
    trusted: bool = False
    days: tuple[PushDay, ...] = ()
    late: tuple[PushMiss, ...] = ()

    @property
    def deliveries(self) -> int:
        """New entries that push brought."""
        return sum(day.delivered for day in self.days)

    @property
    def misses(self) -> int:
        """New entries that push should have brought and a poll found."""
        return sum(day.missed for day in self.days)


NO_PUSH = PushHealth()
"""Of a feed that nothing is known of yet."""
