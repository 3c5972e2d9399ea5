"""The pages on which publishers can check how we behaved towards their servers (H-73). Same ledger, same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.model import File, Score
from aggregator.publish import links
from aggregator.publish.markup import legal
from aggregator.publish.pages import fill, render_about
from aggregator.publish.press import Press


def render_manners(
    scores: Sequence[Score], since: datetime, until: datetime, press: Press, began: datetime | None = None
) -> tuple[File, File]:
    """``politeness.html``, one line a host for the days from ``since`` to ``until`` (aware, UTC), and
    ``about-our-bot.html`` with the sum of it. ``began`` is when we made the first request."""
    asked = [score for score in scores if score.requests]
    first, last = f"{since:%Y-%m-%d}", f"{until - timedelta(days=1):%Y-%m-%d}"
    lines = [_line(score) for score in asked]
    early = ""
    if began is not None and began >= until:
        early = f"Our first requests are of {began:%Y-%m-%d}; the ledger begins when that day (UTC) is over."
    body = fill(links.POLITENESS, press.site, hosts=lines, since=first, until=last, early=early)
    week = early or f"From {first} to {last} (UTC) we made {_sum(asked)}."
    return File(path=links.POLITENESS, body=body, changed_at=until), render_about(press, until, week)


def _sum(asked: Sequence[Score]) -> str:
    """Such as “1,234 requests to 17 hosts; 87 % were answered “not modified”; no bad mark”."""
    requests, marks = sum(score.requests for score in asked), sum(score.bad_marks for score in asked)
    if not requests:
        return "no request"
    unchanged = sum(score.unchanged for score in asked) * 100 // requests
    first = f"{requests:,} request{'s' * (requests > 1)} to {len(asked):,} host{'s' * (len(asked) > 1)}"
    return f"{first}; {unchanged} % were answered “not modified”; {marks or 'no'} bad mark{'s' * (marks > 1)}"


def _line(score: Score) -> dict[str, object]:
    return {
        "name": legal(score.name),
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
