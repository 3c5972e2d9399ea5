"""The politeness ledger: what each host could count in its own log, from the rows of our polls (H-73). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.model import SKIPPED, FeedId, PollTrace, Score

DAY = timedelta(days=1)
FLOOR, SPACING = timedelta(hours=1), timedelta(seconds=10)
"""What the page about our bot promises."""
STARTING = timedelta(seconds=1)
"""A request may start so much later than the moment it was given; the next one need not."""
REMEMBERED = timedelta(days=3)
"""A server that gave a validator in these last days counts as one that gives them."""
KEPT = ("modified", "same-body", "not-modified")
"""Outcomes after which the validators of the answer are those to send."""


@dataclass(slots=True)
class _Address:
    """What one address has given so far, to whichever feed asked (H-72). ``begun`` once anything is known of it."""

    etag: str = "-"
    date: str = "-"
    known: set[str] = field(default_factory=set)
    given_at: datetime | None = None
    begun: bool = False


@dataclass(slots=True)
class _Feed:
    """When one feed was asked at one address last, and last without validators."""

    last_at: datetime | None = None
    bare_at: datetime | None = None


@dataclass(slots=True)
class _Host:
    """What is counted under one name."""

    feeds: set[FeedId] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    last_at: datetime | None = None
    gap: timedelta | None = None
    spacing: timedelta | None = None

    def add(self, name: str, more: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + more


def host_scores(traces: Iterable[PollTrace]) -> tuple[Score, ...]:
    """One score a host, by name; ``traces`` in the order of their starts, shared answers and pushes left out."""
    return _scores(traces, lambda trace: trace.host)


def feed_scores(traces: Iterable[PollTrace]) -> tuple[Score, ...]:
    """The same, one score a feed (H-73)."""
    return _scores(traces, lambda trace: trace.feed_id)


def _scores(traces: Iterable[PollTrace], name: Callable[[PollTrace], str]) -> tuple[Score, ...]:
    hosts: dict[str, _Host] = {}
    feeds: dict[tuple[FeedId, str], _Feed] = {}
    addresses: dict[str, _Address] = {}
    planned: dict[FeedId, datetime | None] = {}
    for trace in traces:
        host = hosts.setdefault(name(trace), _Host())
        host.feeds.add(trace.feed_id)
        before, planned[trace.feed_id] = planned.get(trace.feed_id), trace.planned
        if trace.outcome == SKIPPED:
            host.add("put_off")
            continue
        feed = feeds.setdefault((trace.feed_id, trace.final_url), _Feed())
        address = addresses.setdefault(trace.final_url, _Address())
        if not trace.own:
            _haste(trace, host, feed, before)
        _count(trace, host, feed)
        if trace.asked is None:
            _bare(trace, host, feed, address)
        else:
            host.add(_judged(trace.asked, address))
        _learn(trace, address)
    return tuple(_score(name, hosts[name]) for name in sorted(hosts))


def _count(trace: PollTrace, host: _Host, feed: _Feed) -> None:
    host.add("requests", 1 + trace.hops)
    host.add("wire_bytes", trace.wire_bytes)
    host.add("unchanged", trace.http_status == 304)
    flaws = trace.flaws.split(",")
    host.add("cookies", "cookie" in flaws)
    host.add("referers", "referer" in flaws)
    host.gap = _shortest(host.gap, feed.last_at, trace.started_at)
    host.spacing = _shortest(host.spacing, host.last_at, trace.started_at)
    feed.last_at = host.last_at = trace.started_at


def _haste(trace: PollTrace, host: _Host, feed: _Feed, planned: datetime | None) -> None:
    """Requests that came too soon: for the feed, unless they were planned so (H-29), or for the host (H-70)."""
    at = trace.started_at
    early = planned is not None and at < planned
    host.add("hurried", early and feed.last_at is not None and at - feed.last_at < FLOOR)
    host.add("bursts", host.last_at is not None and at - host.last_at < SPACING - STARTING)


def _bare(trace: PollTrace, host: _Host, feed: _Feed, address: _Address) -> None:
    """A request without validators; it counts where the server gives them."""
    at = trace.started_at
    if address.given_at is None or at - address.given_at > REMEMBERED:
        return
    host.add("unconditional")
    host.add("over_budget", feed.bare_at is not None and at - feed.bare_at < DAY)
    feed.bare_at = at


def _judged(asked: str, address: _Address) -> str:
    """What the server thinks of these validators."""
    etag, _, date = asked.partition("/")
    if not address.begun:
        # Given before the span began: the answer to the first request says whether they were the right ones.
        address.known |= {etag, date}
        address.etag, address.date = etag, date
    if etag in ("-", address.etag) and date in ("-", address.date):
        return "good"
    return "out_of_sequence" if {etag, date} - {"-"} <= address.known else "made_up"


def _learn(trace: PollTrace, address: _Address) -> None:
    address.begun = True
    if trace.given is not None:
        etag, _, date = trace.given.partition("/")
        address.known |= {etag, date}
        address.given_at = trace.started_at
    if trace.outcome not in KEPT:
        return
    etag, _, date = (trace.given or "-/-").partition("/")
    if trace.http_status in (226, 304):
        etag, date = (address.etag if etag == "-" else etag), (address.date if date == "-" else date)
    address.etag, address.date = etag, date


def _shortest(known: timedelta | None, before: datetime | None, now: datetime) -> timedelta | None:
    if before is None:
        return known
    return now - before if known is None else min(known, now - before)


def _score(name: str, host: _Host) -> Score:
    names = ("requests", "unchanged", "unconditional", "over_budget", "good", "out_of_sequence", "made_up")
    more = ("cookies", "referers", "put_off", "wire_bytes", "hurried", "bursts")
    return Score(
        name=name,
        feeds=len(host.feeds),
        shortest_gap=host.gap,
        shortest_spacing=host.spacing,
        **{each: host.counts.get(each, 0) for each in (*names, *more)},
    )
