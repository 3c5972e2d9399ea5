"""What a feed's state remembers of an exchange; validators move only with a body that was read well (H-04, H-06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from aggregator.fetch.asking import given, learned, spends
from aggregator.model import (
    Exchange,
    FeedState,
    Modified,
    NotModified,
    Redirect,
)


def remember_success(state: FeedState, meaning: Modified | NotModified, exchange: Exchange, now: datetime) -> FeedState:
    """The state after a 304, or after a 200 whose document was read well. ``now`` is aware and UTC.

    Neither sets ``status``: that is judged from the whole state.
    """
    return replace(
        state,
        **_asked(state, exchange),
        revalidation=learned(state, meaning, exchange, now),
        validators=meaning.validators,
        final_url=meaning.url,
        proposal=None,
        # The hash is that of the last whole document: a delta stands for none.
        body_hash=meaning.body_hash if isinstance(meaning, Modified) and not meaning.delta else state.body_hash,
        failures=0,
        last_success_at=now,
        redirect=_sighting(state.redirect, meaning.moved_to, now),
    )


def remember_failure(state: FeedState, exchange: Exchange) -> FeedState:
    """The state after a poll that brought nothing, or a body that could not be read.

    Validators and body hash stay those of the last good body (H-06); so does a redirect under observation (H-41).
    """
    return replace(
        state,
        **_asked(state, exchange),
        revalidation=given(state, exchange, exchange.finished_at),
        failures=state.failures + 1,
    )


def _asked(state: FeedState, exchange: Exchange) -> dict[str, Any]:
    """What holds of every poll. H-09: a GET without validators is noted once the server has given any."""
    return {
        "http_status": exchange.status,
        "polls": state.polls + 1,
        "last_poll_at": exchange.started_at,
        "unconditional_at": exchange.started_at if spends(state, exchange) else state.unconditional_at,
    }


def _sighting(known: Redirect | None, target: str | None, now: datetime) -> Redirect | None:
    """H-40: the same permanent target counts up; another one begins anew, none ends the observation."""
    if target is None:
        return None
    if known is not None and known.target == target:
        return replace(known, count=known.count + 1)
    return Redirect(target=target, first_seen=now, count=1)
