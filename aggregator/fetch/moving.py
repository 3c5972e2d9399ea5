"""When a feed is asked at its new address: redirects are adopted only with proof (H-40 to H-44). Pure.

Law: the configured address stays the operator's text; id, entries and history never depend on the address.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from aggregator.model import (
    Exchange,
    Failed,
    FailureKind,
    FeedState,
    Gone,
    Move,
    Source,
    poll_url,
)

SIGHTINGS = 3
OBSERVED = timedelta(days=7)
LOST = 3
"""So many failures in a row at an adopted address that is gone, and the configured one is asked again."""


def after_success(
    source: Source, before: FeedState, state: FeedState, now: datetime, *, shares: bool
) -> tuple[FeedState, Move | None]:
    """The state after a good answer, moved where that is proven. ``state`` holds this sighting of a redirect already.

    ``shares``: the document holds an entry known before, or bears the feed's id. Only the first sighting is asked for
    that: later ones know the entries from the sightings before.
    """
    seen = state.redirect
    if seen is None:
        return state, None
    if seen.count == 1:
        seen = replace(seen, shares=shares)
        state = replace(state, redirect=seen)
    asked = poll_url(source, before)
    if _secured(asked, seen.target):
        return _adopted(state, Move(origin=asked, target=seen.target, reason="the same address over https"))
    if seen.count >= SIGHTINGS and now - seen.first_seen >= OBSERVED and seen.shares:
        days = (now - seen.first_seen).days
        text = f"redirected there permanently {seen.count} times in a row over {days} days, with known entries"
        return _adopted(state, Move(origin=asked, target=seen.target, reason=text))
    return state, None


def after_failure(
    source: Source, before: FeedState, state: FeedState, exchange: Exchange, meaning: object
) -> tuple[FeedState, Move | None]:
    """H-41: an address that died while its redirect was under observation; or an adopted one that died itself."""
    if exchange.hops or not _dead(meaning):
        return state, None
    asked, seen = poll_url(source, before), state.redirect
    if seen is not None and seen.shares:
        return _adopted(state, Move(origin=asked, target=seen.target, reason="redirected there before it died"))
    if state.moved_url is not None and state.failures >= LOST:
        back = Move(origin=asked, target=source.url, reason="the address it had moved to is gone")
        return replace(state, moved_url=None, redirect=None), back
    return state, None


def _adopted(state: FeedState, move: Move) -> tuple[FeedState, Move]:
    return replace(state, moved_url=move.target, redirect=None), move


def _secured(asked: str, target: str) -> bool:
    """Only the scheme changed, from http to https."""
    try:
        old, new = urlsplit(asked), urlsplit(target)
        same = (old.hostname, old.path or "/", old.query) == (new.hostname, new.path or "/", new.query)
        return same and (old.scheme, new.scheme) == ("http", "https") and _usual(old, 80) and _usual(new, 443)
    except ValueError:
        return False


def _usual(parts: SplitResult, port: int) -> bool:
    return parts.port in (None, port)


def _dead(meaning: object) -> bool:
    match meaning:
        case Gone() | Failed(status=404) | Failed(kind=FailureKind.DNS):
            return True
    return False
