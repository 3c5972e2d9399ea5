"""The life of a subscription at a hub (H-81 to H-83): begun, asked for, renewed, left, ended. Pure; every step has its
reason. Law: what is active stays active until something better is verified."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.model import FeedId, Offer, PushMode, PushPhase, Subscription

LONGEST_LEASE = timedelta(days=14)
"""Leases count as this long at most (H-83), and this long is asked for."""
UNSTATED_LEASE = timedelta(days=1)
"""Where a hub does not say how long (it must): soon enough to find out."""
SHORTEST_RENEWAL = timedelta(minutes=10)
"""No hub is asked about one subscription more often, however short its leases are."""
RETRIES = (1, 2, 4, 8, 16, 24, 48, 96, 168)
"""Hours until a hub that has not verified is asked again."""
FAREWELLS = 3
"""So often at most a hub is asked to forget a subscription; its deliveries are answered 410 anyway."""
DENIED_FOR = timedelta(days=30)
CLOCK_TOLERANCE = timedelta(minutes=5)
LIVING = (PushPhase.PENDING, PushPhase.ACTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Ask the hub, for this reason."""

    mode: PushMode
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Nothing more will come of it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not yet."""

    until: datetime
    reason: str


Step = Ask | End | Wait


def begin(
    feed_id: FeedId, offer: Offer, mint: Callable[[], str], safe: Callable[[str], bool], now: datetime
) -> Subscription:
    """A new subscription, to be asked for at once. ``mint`` makes 256 random bits; a hub that is reached unsafely gets
    no secret, since anybody could read it (H-81)."""
    hub = offer.hub or ""
    return Subscription(
        token=mint(),
        feed_id=feed_id,
        hub=hub,
        topic=offer.topic or "",
        secret=mint() if safe(hub) else "",
        created_at=now,
        next_at=now,
        reason=f"to be asked for: {offer.why}",
    )


def wanted(offer: Offer, known: Sequence[Subscription], now: datetime) -> bool:
    """Whether a feed with this offer needs a new subscription: none for it lives, and the hub has not just refused."""
    if offer.hub is None:
        return False
    same = [each for each in known if (each.hub, each.topic) == (offer.hub, offer.topic)]
    refused_lately = any(
        each.phase is PushPhase.DENIED and each.ended_at is not None and abs(now - each.ended_at) < DENIED_FOR
        for each in same
    )
    return not refused_lately and not any(each.phase in LIVING for each in same)


def is_live(subscription: Subscription, now: datetime) -> bool:
    """Whether the hub has promised to deliver at this moment."""
    ends = subscription.expires_at
    return subscription.phase is PushPhase.ACTIVE and ends is not None and ends > now


def next_step(subscription: Subscription, offer: Offer | None, siblings: Sequence[Subscription], now: datetime) -> Step:
    """What to do about a subscription that is due. ``offer`` is what the feed names now, ``None`` where the feed is
    paused or removed; ``siblings`` are the other subscriptions of the feed."""
    if subscription.phase not in (*LIVING, PushPhase.LEAVING):
        return End(reason=subscription.reason)
    asked = subscription.asked_at
    if asked is not None and asked <= now < asked + SHORTEST_RENEWAL:
        return Wait(until=asked + SHORTEST_RENEWAL, reason="the hub was asked a moment ago")
    farewell = _farewell(subscription, offer, siblings, now)
    if farewell is None:
        return Ask(mode=PushMode.SUBSCRIBE, reason=_why(subscription, now))
    if subscription.phase is PushPhase.PENDING or (
        subscription.phase is PushPhase.LEAVING and subscription.attempts >= FAREWELLS
    ):
        return End(reason=farewell)
    return Ask(mode=PushMode.UNSUBSCRIBE, reason=farewell)


def _farewell(
    subscription: Subscription, offer: Offer | None, siblings: Sequence[Subscription], now: datetime
) -> str | None:
    """Why the subscription should go; ``None`` where it should not (H-83: never before its successor is verified)."""
    if offer is None:
        return "the feed is paused or no longer configured"
    if subscription.phase is PushPhase.LEAVING:
        return subscription.reason
    if offer.hub is None:
        return f"the feed offers push no more: {offer.why}"
    if (offer.hub, offer.topic) == (subscription.hub, subscription.topic):
        return None
    succeeded = any((each.hub, each.topic) == (offer.hub, offer.topic) and is_live(each, now) for each in siblings)
    if succeeded or subscription.phase is PushPhase.PENDING:
        return "the feed has moved to another hub or topic"
    return None


def _why(subscription: Subscription, now: datetime) -> str:
    asked = subscription.asked_at
    if asked is None:
        return "first request"
    if asked > now + CLOCK_TOLERANCE:
        return "planned by a clock that was set back since"
    if subscription.attempts:
        return f"not verified after {subscription.attempts} requests"
    return "renewal" if is_live(subscription, now) else "the lease has run out"


def ask(subscription: Subscription, step: Ask, now: datetime) -> Subscription:
    """As it must be stored before the hub is asked, since some hubs verify before they answer."""
    attempts = subscription.attempts + 1 if step.mode is subscription.mode else 1
    leaving = step.mode is PushMode.UNSUBSCRIBE
    return replace(
        subscription,
        phase=PushPhase.LEAVING if leaving else subscription.phase,
        mode=step.mode,
        asked_at=now,
        attempts=attempts,
        next_at=now + _patience(attempts),
        reason=step.reason,
    )


def refused(subscription: Subscription, detail: str, retry_at: datetime | None, now: datetime) -> Subscription:
    """The hub did not take the request: asked again later, not before it wishes. What was active stays so (H-83)."""
    at = max(now + _patience(subscription.attempts), retry_at or now)
    return replace(subscription, next_at=at, reason=detail)


def end(subscription: Subscription, reason: str, now: datetime) -> Subscription:
    """Over: deliveries are answered 410 from now on (H-84)."""
    phase = subscription.phase if subscription.phase is PushPhase.DENIED else PushPhase.ENDED
    return replace(subscription, phase=phase, next_at=None, ended_at=subscription.ended_at or now, reason=reason)


def renewal(subscription: Subscription, lease: timedelta, now: datetime) -> datetime:
    """When to renew: at 50 to 80 percent of min(lease, 14 days), the share a hash of the token (H-83)."""
    unit = int.from_bytes(hashlib.sha256(subscription.token.encode()).digest()[:4], "big") / 2**32
    return now + max(min(lease, LONGEST_LEASE) * (0.5 + 0.3 * unit), SHORTEST_RENEWAL)


def form_of(subscription: Subscription, callback: str) -> tuple[tuple[str, str], ...]:
    """The form for the hub (WebSub 5.1); renewals carry the same secret (H-83)."""
    form = [("hub.callback", callback), ("hub.mode", str(subscription.mode)), ("hub.topic", subscription.topic)]
    if subscription.mode is PushMode.SUBSCRIBE:
        form.append(("hub.lease_seconds", str(int(LONGEST_LEASE.total_seconds()))))
        if subscription.secret:
            form.append(("hub.secret", subscription.secret))
    return tuple(form)


def _patience(attempts: int) -> timedelta:
    return timedelta(hours=RETRIES[min(max(attempts, 1), len(RETRIES)) - 1])
