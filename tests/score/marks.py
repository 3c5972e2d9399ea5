"""Bad marks, as a server owner would give them from the log alone; none is the target (H-73)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from aggregator.store.hosts import host_of
from tests.score.log import Seen

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REMEMBERED = timedelta(days=3)
"""A server that gave a validator in these last days counts as one that gives them."""


def bad_marks(log: Sequence[Seen], floors: dict[str, timedelta] | None = None) -> list[str]:
    """Every complaint, in words. ``floors`` are shorter floors that a server itself declared, by address."""
    by_url = _grouped(log, lambda seen: seen.url)
    return [
        *(f"{rule}: {text}" for url, seen in by_url.items() for rule, text in _of_url(url, seen)),
        *(
            f"gap: {text}"
            for seen in _grouped(log, lambda s: f"{s.asked_by} {s.url}").values()
            for text in _gaps(seen, floors or {})
        ),
        *(f"unconditional: {text}" for seen in _grouped(log, _asker).values() for text in _unconditional(seen)),
        *(f"spacing: {text}" for seen in _grouped(log, _host).values() for text in _spacing(seen)),
        *(f"retry-after: {text}" for seen in _grouped(log, _host).values() for text in _early(seen)),
        *(f"header: {text}" for text in _headers(log)),
    ]


def _grouped(log: Iterable[Seen], key) -> dict[str, list[Seen]]:
    groups: dict[str, list[Seen]] = defaultdict(list)
    for seen in log:
        groups[key(seen)].append(seen)
    return groups


def _asker(seen: Seen) -> str:
    return seen.url


def _host(seen: Seen) -> str:
    return host_of(seen.url)


def _of_url(url: str, log: Sequence[Seen]) -> Iterator[tuple[str, str]]:
    """Validators sent to one address."""
    etags: set[str] = set()
    dates: set[str] = set()
    latest: tuple[str | None, str | None] = (None, None)
    for seen in log:
        etag, date = seen.sent
        if etag not in {None, *etags} or date not in {None, *dates}:
            yield "made-up", f"{seen.at} {url}: {seen.sent}"
        elif (etag is not None and etag != latest[0]) or (date is not None and date != latest[1]):
            yield "out-of-sequence", f"{seen.at} {url}: {seen.sent} after {latest}"
        given = seen.reply.given()
        etags |= {given[0]} if given[0] else set()
        dates |= {given[1]} if given[1] else set()
        if seen.reply.status == 200 and seen.reply.usable:
            latest = given
        elif seen.reply.status == 304 or (seen.reply.status == 226 and seen.reply.usable):
            latest = (given[0] or latest[0], given[1] or latest[1])


def _gaps(log: Sequence[Seen], floors: dict[str, timedelta]) -> Iterator[str]:
    """Asked again within the floor for the same subscription (H-29); 59 min 59 s is a failure. What belongs to one
    exchange is no gap, and a person may ask for more."""
    for sooner, later in pairwise(log):
        short = later.at - sooner.at < floors.get(later.url, HOUR)
        if short and sooner.exchange != later.exchange and not (later.manual or sooner.manual):
            yield f"{later.url}: {later.at - sooner.at} at {later.at}"


def _unconditional(log: Sequence[Seen]) -> Iterator[str]:
    """More than one request a day without validators while the server gives them (H-09); a redirect has none."""
    given_at: datetime | None = None
    spent: datetime | None = None
    for seen in log:
        bare = seen.sent == (None, None) and "location" not in seen.reply.headers
        if bare and given_at is not None and seen.at - given_at <= REMEMBERED:
            if spent is not None and seen.at - spent < DAY:
                yield f"{seen.url}: twice within {seen.at - spent} at {seen.at}"
            spent = seen.at
        if any(seen.reply.given()):
            given_at = seen.at


def _spacing(log: Sequence[Seen]) -> Iterator[str]:
    """Ten seconds between the starts of two exchanges with one host, and no more than the bucket gives (H-70)."""
    starts = [
        seen.at for sooner, seen in pairwise([log[0], *log]) if seen is log[0] or seen.exchange != sooner.exchange
    ]
    for sooner, later in pairwise(starts):
        if later - sooner < timedelta(seconds=10):
            yield f"{_host(log[0])}: {later - sooner} at {later}"
    for sooner, later in zip(starts, starts[120:], strict=False):
        if later - sooner <= HOUR:
            yield f"{_host(log[0])}: more than 120 requests in the hour before {later}"


def _early(log: Sequence[Seen]) -> Iterator[str]:
    """Asked again before a Retry-After that this host gave had passed: 429 binds the host, all else the address."""
    host_until: datetime | None = None
    until: dict[str, datetime] = {}
    for seen in log:
        if host_until is not None and seen.at < host_until:
            yield f"{seen.url} at {seen.at}, the host said {host_until}"
        if seen.url in until and seen.at < until[seen.url] and not seen.manual:
            yield f"{seen.url} at {seen.at}, it said {until[seen.url]}"
        word = seen.reply.headers.get("retry-after", "")
        if word.isdigit():
            again = seen.at + timedelta(seconds=int(word))
            until[seen.url] = again
            if seen.reply.status == 429:
                host_until = again


def _headers(log: Sequence[Seen]) -> Iterator[str]:
    """Cookies, referers, query parameters of our own, a request that differs from poll to poll (H-08, H-62), a delta
    asked for without an ETag (H-66)."""
    usual = {name: log[0].headers.get(name) for name in ("accept", "accept-encoding", "user-agent")}
    for seen in log:
        if {"cookie", "referer"} & set(seen.headers):
            yield f"{seen.url} at {seen.at}: {sorted(seen.headers)}"
        if any(seen.headers.get(name) != value for name, value in usual.items()):
            yield f"{seen.url} at {seen.at}: not the usual request"
        if seen.headers.get("a-im") != ("feed" if seen.sent[0] is not None else None):
            yield f"{seen.url} at {seen.at}: A-IM {seen.headers.get('a-im')} beside {seen.sent}"
        if urlsplit(seen.url).query:
            yield f"{seen.url}: a query nobody gave us"


def unconditional_share(log: Sequence[Seen]) -> float:
    """The share of requests without validators among those to servers that give them."""
    able = [seen for seen in log if any(seen.reply.given())]
    return sum(seen.sent == (None, None) for seen in able) / max(len(able), 1)
