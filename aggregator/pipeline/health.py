"""The last step of a poll's state: how the poll ended, how long the feed is silent, and its state in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model import (
    Blocked,
    Document,
    Exchange,
    Failed,
    FeedState,
    Gone,
    Meaning,
    Modified,
    NotModified,
    Response,
    Run,
    Source,
)
from aggregator.schedule import assess, longest_silence


def with_health(
    source: Source, before: FeedState, state: FeedState, ended: Run, exchange: Exchange, shares: Sequence[float]
) -> FeedState:
    """The state with its status, judged at the end of the exchange; ``shares`` is the pooled week (A-04)."""
    certificate = exchange.certificate_ends if isinstance(exchange, Response) else None
    state = replace(
        state,
        run=ended,
        longest_silence=longest_silence(before, state),
        certificate_ends=certificate or state.certificate_ends,
    )
    health = assess(source, state, exchange.finished_at, shares)
    return replace(state, status=health.status, status_text=health.text, expected_at=health.expected_at)


def run_after(before: Run, meaning: Meaning, document: Document | None, now: datetime) -> Run:
    """The run of polls that ended like this one, this one included."""
    kind, detail = _ending(meaning, document)
    if before.kind == kind and before.since is not None:
        return Run(kind=kind, since=before.since, count=before.count + 1, detail=detail)
    return Run(kind=kind, since=now, count=1, detail=detail)


def _ending(meaning: Meaning, document: Document | None) -> tuple[str, str]:
    match meaning:
        case NotModified():
            return "not-modified", ""
        case Modified():
            if document is None:
                return "same-body", ""
            return ("faulty", _fault(document)) if document.partial else ("document", "")
        case Gone(detail=detail):
            return "gone", detail
        case Blocked(detail=detail):
            return "blocked", detail
        case Failed(kind=kind, detail=detail):
            return str(kind), detail


def _fault(document: Document) -> str:
    first = document.problems[0].detail if document.problems else "not well-formed"
    return f"readable, but the document is faulty ({first})"
