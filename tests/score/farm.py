"""Every publisher of T-01 on a made-up web: made-up councils and papers, one behaviour each."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import FeedId, Source
from tests.score.log import Reply, http_date
from tests.score.publishers import (
    Feed,
    Odd,
    between,
    busy,
    fidgety,
    flapping,
    forgetful,
    instead,
    lying,
    moved,
    renaming,
    sparing,
    touching,
)

PAGE = Reply(status=200, headers={"etag": '"page"'}, body=b"<!doctype html><p>Back soon</p>", usable=False)
WALL = Reply(status=403, headers={"cf-mitigated": "challenge"}, body=b"<html>prove it", usable=False)


def web(start: datetime) -> dict[str, Feed]:
    """Every address there is."""
    feeds: dict[str, Feed] = {}

    def add(host: str, path: str = "feed", **how: object) -> str:
        url = f"https://{host}/{path}"
        feeds[url] = Feed(url=url, start=start, **how)  # type: ignore[arg-type]
        return url

    _validators(add)
    _redirects(add)
    _refusals(add)
    _hints(add)
    return feeds


def _validators(add) -> None:
    add("plain.example", headers={"set-cookie": "track=1; Path=/"})
    add("etag.example", gives="etag")
    add("date.example", gives="lm")
    add("neither.example", gives="none")
    add("deaf.example", heeds="never")
    add("etag-alone.example", heeds="etag-alone", every=timedelta(days=9))
    add("date-alone.example", heeds="date-alone", every=timedelta(days=9))
    add("forgetful.example", odd=forgetful)
    add("renaming.example", odd=renaming)
    add("touching.example", odd=touching)
    add("lying.example", odd=lying)
    add("fidgety.example", odd=fidgety)
    add(
        "bomb.example",
        odd=instead(Reply(status=200, broken="too-large", headers={"etag": '"b"'}, usable=False), between(20, 23)),
    )
    add("sparing.example", odd=sparing, every=timedelta(hours=3))
    add(
        "torn.example",
        odd=instead(Reply(status=200, broken="truncated", headers={"etag": '"t"'}, usable=False), between(20, 22)),
    )
    add("patchy.example", odd=instead(PAGE, between(30, 33)))
    add("never-a-feed.example", odd=instead(PAGE, between(0, 9999)))
    add("difference.example", odd=instead(Reply(status=226, usable=False), between(40, 42)))


def _redirects(add) -> None:
    new = add("new.example", "news", kept_from="moved")
    add("moved.example", odd=moved(new, 308), kept_from="moved")
    heir = add("heir.example", "news", kept_from="heir")
    add("dying.example", odd=_dying(heir), kept_from="heir")
    one, other = add("one.flapping.example", kept_from="flap"), add("two.flapping.example", kept_from="flap")
    add("flapping.example", odd=flapping(one, other))
    add("loop.example", odd=moved("https://loop.example/feed", 301))
    end = add("end.chain.example", kept_from="chain")
    third = add("third.chain.example", odd=moved(end, 308))
    second = add("second.chain.example", odd=moved(third, 307))
    add("chain.example", odd=moved(second, 301))
    shared = add("shared.example", "feed", every=timedelta(hours=17))
    add("alias.shared.example", odd=moved(shared, 302))


def _dying(heir: str) -> Odd:
    """Redirects for four days from day sixty on, then is gone."""

    def odd(feed: Feed, ask, since: timedelta) -> Reply | None:
        days = since / timedelta(days=1)
        if days < 60:
            return None
        return Reply(status=301, headers={"location": heir}) if days < 64 else Reply(status=410, usable=False)

    return odd


def _refusals(add) -> None:
    for name in ("a", "b", "c"):
        add(f"{name}.strict.example")
    add("d.strict.example", odd=busy(lambda now: None, 429, (15, 70)))
    add("e.strict.example", odd=busy(lambda now: "90000", 429, (33,)))
    add("tired.example", odd=busy(lambda now: "7200", 503, (12, 60)))
    add("dated.example", odd=busy(lambda now: http_date(now + timedelta(hours=9)), 503, (12, 60)))
    add("banana.example", odd=busy(lambda now: "banana", 503, (12, 60)))
    add("gone.example", odd=instead(Reply(status=410, usable=False), between(25, 9999)))
    add("missing.example", odd=instead(Reply(status=404, usable=False), between(45, 9999)))
    add("walled.example", odd=instead(WALL, between(10, 9999)))
    add("slow.example", odd=instead(Reply(status=0, broken="timeout", usable=False), between(50, 52)))


def _hints(add) -> None:
    add("fresh.example", headers={"cache-control": "max-age=10800", "age": "-5"})
    add("muddled.example", headers={"cache-control": "max-age=60, max-age=9999999, no-store", "expires": "0"})
    add("brisk.example", every=timedelta(hours=3), headers={"cache-control": "max-age=600"})
    add("ancient.example", headers={"expires": "Thu, 01 Jan 3999 00:00:00 GMT", "age": "banana"})


def sources(feeds: dict[str, Feed]) -> list[Source]:
    """A subscription to each address that is not only a target; two in other time zones."""
    chain = ("second.chain.example", "third.chain.example", "end.chain.example")
    targets = ("new.example", "heir.example", "one.flapping.example", "two.flapping.example", *chain)
    found = []
    for url in feeds:
        host = url.split("/")[2]
        if host not in targets:
            zone = {"plain.example": "Australia/Sydney", "etag.example": "America/New_York"}.get(host, "Europe/London")
            least = timedelta(minutes=15) if host == "brisk.example" else timedelta(hours=1)
            found.append(Source(id=FeedId(host.replace(".", "-")), url=url, timezone=zone, min_interval=least))
    return found


FLOORS = {"https://brisk.example/feed": timedelta(minutes=15)}
"""Servers that themselves declare a shorter life (H-29)."""
