"""The page on which publishers can check how we behaved towards their servers (H-73). Same ledger, same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.model import File, HostScore, Site
from aggregator.publish import links
from aggregator.publish.markup import legal
from aggregator.publish.pages import fill


def render_politeness(
    scores: Sequence[HostScore], since: datetime, until: datetime, site: Site, changed_at: datetime
) -> File:
    """``politeness.html``: one line a host for the days from ``since`` to ``until`` (aware, UTC)."""
    hosts = [_line(score) for score in scores if score.requests]
    body = fill(
        links.POLITENESS, site, hosts=hosts, since=f"{since:%Y-%m-%d}", until=f"{until - timedelta(days=1):%Y-%m-%d}"
    )
    return File(path=links.POLITENESS, body=body, changed_at=changed_at)


def _line(score: HostScore) -> dict[str, object]:
    return {
        "name": legal(score.host),
        "feeds": score.feeds,
        "requests": score.requests,
        "unchanged": score.unchanged,
        "unconditional": score.unconditional,
        "marks": score.bad_marks,
        "gap": _words(score.shortest_gap),
    }


def _words(span: timedelta | None) -> str:
    """A gap in hours and minutes, rounded down: 59 min 59 s is no hour."""
    if span is None:
        return "–"
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
