"""What a hub's question to a callback means (H-82): only what we have asked for is confirmed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.model import PushMode, PushPhase, Subscription
from aggregator.push.lifecycle import UNSTATED_LEASE, end, is_live, renewal

EXPECTED_FOR = timedelta(hours=24)
"""A verification may come so long after the request; the same one may come twice, if our answer was lost."""
LONGEST_CHALLENGE = 1_000
_MOST_SECONDS = 366 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Answer with ``words`` and store the subscription as it is now."""

    subscription: Subscription
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Answer 404, for this reason; nothing changes."""

    reason: str


def verify(subscription: Subscription, query: Mapping[str, str], now: datetime) -> Accepted | Rejected:
    """Judge the query of a GET to the callback of this subscription. ``now`` is aware and UTC."""
    mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
    if topic != subscription.topic:
        return Rejected(reason="another topic than this subscription's")
    if mode == "denied":
        return _denied(subscription, query, now)
    if mode != str(subscription.mode) or subscription.asked_at is None:
        return Rejected(reason="not what was asked for")
    if abs(now - subscription.asked_at) > EXPECTED_FOR:
        return Rejected(reason="asked for too long ago")
    challenge = query.get("hub.challenge", "")
    if not challenge or len(challenge) > LONGEST_CHALLENGE:
        return Rejected(reason="no sound challenge")
    if mode == PushMode.UNSUBSCRIBE:
        return Accepted(subscription=end(subscription, "the hub has let go", now), words=challenge)
    if subscription.phase not in (PushPhase.PENDING, PushPhase.ACTIVE):
        return Rejected(reason="the subscription is over")
    return Accepted(subscription=_active(subscription, _lease(query.get("hub.lease_seconds")), now), words=challenge)


def _active(subscription: Subscription, lease: timedelta, now: datetime) -> Subscription:
    return replace(
        subscription,
        phase=PushPhase.ACTIVE,
        attempts=0,
        verified_at=now,
        since=subscription.since if is_live(subscription, now) else now,
        expires_at=now + lease,
        next_at=renewal(subscription, lease, now),
        reason=f"verified for {lease}",
    )


def _lease(stated: str | None) -> timedelta:
    """The lease the hub grants (H-82); a year at most, a day where it says nothing sound."""
    text = (stated or "").strip()
    seconds = int(text[:12]) if text.isascii() and text.isdigit() else 0
    return timedelta(seconds=min(seconds, _MOST_SECONDS)) if seconds else UNSTATED_LEASE


def _denied(subscription: Subscription, query: Mapping[str, str], now: datetime) -> Accepted | Rejected:
    """A hub may refuse at any time; there is no challenge to return."""
    if subscription.phase in (PushPhase.ENDED, PushPhase.DENIED):
        return Rejected(reason="the subscription is over")
    said = " ".join("".join(c if c.isprintable() else " " for c in query.get("hub.reason", "")).split())[:200]
    reason = f"the hub refuses: {said}" if said else "the hub refuses"
    ended = end(replace(subscription, phase=PushPhase.DENIED), reason, now)
    return Accepted(subscription=ended, words="")
