"""Which validators to send, and when none may be left out: learned per feed from what its server answered. Pure.

Law: once a server has given a validator, at most one request a day goes out without one (H-09).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model import (
    AskMode,
    Exchange,
    FailureKind,
    FeedState,
    Modified,
    NotModified,
    Revalidation,
    Unreachable,
    Validators,
)

UNCONDITIONAL_PAUSE = timedelta(hours=24)
GIVES = timedelta(days=3)
"""A server that has given a validator counts as one that gives them for so long; afterwards only H-11 holds."""
NOBODY = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS, FailureKind.REFUSED_ADDRESS})
"""Failures in which no request reached a server."""
SAME_ENOUGH = 5
"""So many answers in a row with the known bytes mean that the server does not understand the question (H-10)."""


def offered(state: FeedState) -> Validators | None:
    """The validators to send in the learned mode (H-02, H-10), exactly as they were received (H-01)."""
    known = state.validators
    if known is None:
        return None
    match state.revalidation.mode:
        case AskMode.TRY_ETAG | AskMode.ETAG if known.etag:
            return replace(known, last_modified=None)
        case AskMode.TRY_LM | AskMode.LM if known.last_modified:
            return replace(known, etag=None)
    return known


def unconditional_until(state: FeedState, now: datetime) -> datetime | None:
    """Until when the feed may not be asked because its request would be unconditional again (H-09), else ``None``.

    An instant in the future of ``now`` comes from a clock that was set back; it counts as ``now``.
    """
    bare = state.validators is None and gives(state, now)
    return unconditional_spent(state, now) if bare or state.revalidation.wanders else None


def unconditional_spent(state: FeedState, now: datetime) -> datetime | None:
    """The end of the day for which the one unconditional request was used, else ``None``."""
    if state.unconditional_at is None:
        return None
    until = min(state.unconditional_at, now) + UNCONDITIONAL_PAUSE
    return until if until > now else None


def gives(state: FeedState, now: datetime) -> bool:
    """Whether the server counts as one that gives validators."""
    at = state.revalidation.given_at
    return at is not None and now - at <= GIVES


def spends(state: FeedState, exchange: Exchange) -> bool:
    """Whether this exchange used up the unconditional request of the day; ``state`` is that before it."""
    if exchange.sent != "none" or (isinstance(exchange, Unreachable) and exchange.kind in NOBODY):
        return False
    return state.validators is not None or gives(state, exchange.started_at)


def given(state: FeedState, exchange: Exchange, now: datetime) -> Revalidation:
    """A body that could not be used gave a validator all the same: it is not kept (H-06), but it counts (H-09).
    ``state`` is that before the exchange."""
    known = replace(state.revalidation, wanders=_wanders(state, exchange))
    return replace(known, given_at=now) if exchange.status in (200, 226) and _gave(exchange) else known


def _wanders(state: FeedState, exchange: Exchange) -> bool:
    return bool(exchange.hops) and spends(state, exchange)


def learned(state: FeedState, meaning: Modified | NotModified, exchange: Exchange, now: datetime) -> Revalidation:
    """What a good answer teaches; ``state`` is that before it, ``now`` aware and UTC."""
    known = replace(state.revalidation, wanders=_wanders(state, exchange))
    at = now if _gave(exchange) else known.given_at
    if isinstance(meaning, NotModified):
        since = known.only_304_since or now
        return replace(known, mode=_confirmed(known.mode), same=0, given_at=at, only_304_since=since)
    if meaning.delta:
        # It proves that the server knows the ETag; how large the whole document is, it does not say.
        return replace(known, mode=_confirmed(known.mode), same=0, given_at=at, only_304_since=None)
    fresh = replace(known, given_at=at, wire_bytes=exchange.wire_bytes, only_304_since=None)
    if meaning.validators is None:
        return replace(fresh, mode=AskMode.BOTH, same=0)
    if exchange.sent == "none" or meaning.body_hash != state.body_hash:
        return replace(fresh, same=0) if exchange.sent != "none" else fresh
    return _unmoved(fresh, meaning.validators)


def _gave(exchange: Exchange) -> bool:
    return any(value for name, value in exchange.headers if name in ("etag", "last-modified"))


def _confirmed(mode: AskMode) -> AskMode:
    """A 304, or a 226, proves what was just sent."""
    return {AskMode.TRY_ETAG: AskMode.ETAG, AskMode.TRY_LM: AskMode.LM, AskMode.NO_304: AskMode.BOTH}.get(mode, mode)


def _unmoved(known: Revalidation, validators: Validators) -> Revalidation:
    """The known bytes once more although validators were sent: a trial has failed, or one more for the count."""
    both = validators.etag is not None and validators.last_modified is not None
    match known.mode:
        case AskMode.TRY_ETAG:
            return replace(known, mode=AskMode.TRY_LM if both else AskMode.NO_304, same=0)
        case AskMode.TRY_LM:
            return replace(known, mode=AskMode.NO_304, same=0)
        case AskMode.NO_304:
            return known
    if known.same + 1 < SAME_ENOUGH:
        return replace(known, same=known.same + 1)
    if known.mode is not AskMode.BOTH:
        return replace(known, mode=AskMode.BOTH, same=0)
    return replace(known, mode=AskMode.TRY_ETAG if both else AskMode.NO_304, same=0)
