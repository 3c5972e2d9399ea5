"""Publishers that behave and misbehave in every way of T-01: pure functions of the request and the time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from tests.score.log import Reply, http_date

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Ask = Mapping[str, str]
Odd = Callable[["Feed", Ask, timedelta], Reply | None]
"""A misbehaviour: the answer instead of the usual one, or ``None``. The span is the time since the beginning."""


@dataclass(slots=True, kw_only=True)
class Feed:
    """A feed with a new entry ``every`` so often, the last five shown.

    ``gives`` and ``heeds`` are which validators it hands out and understands; ``odd`` its misbehaviour. With
    ``instants`` entries come out then, and are dated.
    """

    url: str
    start: datetime
    every: timedelta = timedelta(hours=31)
    gives: str = "both"
    heeds: str = "either"
    headers: Mapping[str, str] = field(default_factory=dict)
    odd: Odd | None = None
    answers: int = 0
    kept_from: str = ""
    instants: Sequence[datetime] = ()

    def version(self, since: timedelta) -> int:
        """How many entries came out so far."""
        if self.instants:
            return 5 + bisect_right(self.instants, self.start + since)
        return 5 + int(since / self.every)

    def validators(self, since: timedelta) -> dict[str, str]:
        """What it hands out with a document."""
        number = self.version(since)
        etag = f'W/"{number}-{sha256(self.url.encode()).hexdigest()[:6]}-gzip"'
        date = http_date(self.start + self.every * (number - 5))
        return {
            **({"etag": etag} if self.gives in ("both", "etag") else {}),
            **({"last-modified": date} if self.gives in ("both", "lm") else {}),
        }

    def answer(self, ask: Ask, now: datetime) -> Reply:
        """The answer to one request."""
        since = now - self.start
        self.answers += 1
        if self.odd is not None and (reply := self.odd(self, ask, since)) is not None:
            return reply
        if self.unchanged(ask, since):
            return Reply(status=304, headers={**self.validators(since), **self.headers})
        return self.document(since)

    def document(self, since: timedelta) -> Reply:
        """The whole feed."""
        headers = {"content-type": "application/rss+xml", **self.validators(since), **self.headers}
        return Reply(status=200, headers=headers, body=self.body(since))

    def unchanged(self, ask: Ask, since: timedelta) -> bool:
        """Whether the request knows the latest."""
        known = self.validators(since)
        etag, date = ask.get("if-none-match"), ask.get("if-modified-since")
        by_etag = etag is not None and etag == known.get("etag")
        by_date = date is not None and date == known.get("last-modified")
        match self.heeds:
            case "never":
                return False
            case "etag-alone":
                return by_etag and date is None
            case "date-alone":
                return by_date and etag is None
        return by_etag if etag is not None else by_date

    def body(self, since: timedelta) -> bytes:
        """One line an entry: number and text. Addresses of entries never follow the address of the feed."""
        last = self.version(since)
        stem = self.kept_from or self.url
        return "\n".join(f"{stem}#{number}{self._date(number)}" for number in range(last, last - 5, -1)).encode()

    def _date(self, number: int) -> str:
        """``@`` and when the entry came out, where that is told."""
        return f"@{self.instants[number - 6].isoformat()}" if self.instants and number > 5 else ""


def instead(reply: Reply, when: Callable[[timedelta], bool]) -> Odd:
    """This answer at these times."""
    return lambda feed, ask, since: reply if when(since) else None


def between(first: float, last: float) -> Callable[[timedelta], bool]:
    """Days from the beginning."""
    return lambda since: first * DAY <= since < last * DAY


def moved(target: str, status: int = 301, days: tuple[float, float] = (0, 9999)) -> Odd:
    """A redirect."""
    return instead(Reply(status=status, headers={"location": target}), between(*days))


def flapping(one: str, other: str) -> Odd:
    """A temporary redirect to two servers in turn."""
    return lambda feed, ask, since: Reply(
        status=302, headers={"location": one if feed.answers % 2 else other, "set-cookie": "seen=1"}
    )


def sparing(feed: Feed, ask: Ask, since: timedelta) -> Reply | None:
    """Sends only what is new to whoever asks so, by an ETag of its own (H-66); on day 40 it forgets."""
    word, number, now = ask.get("if-none-match", ""), feed.version(since), f'"n{feed.version(since)}"'
    headers = {"content-type": "application/rss+xml", "etag": now}
    if word == now:
        return Reply(status=304, headers={"etag": now})
    known = int(word[2:-1]) if word.startswith('"n') and not between(40, 40.2)(since) else 0
    if ask.get("a-im") != "feed" or not known:
        return Reply(status=200, headers=headers, body=feed.body(since))
    lines = "\n".join(f"{feed.url}#{each}" for each in range(number, known, -1))
    return Reply(status=226, headers={**headers, "im": "feed", "cache-control": "no-store, im"}, body=lines.encode())


def fidgety(feed: Feed, ask: Ask, since: timedelta) -> Reply | None:
    """A new ETag every hour, whatever happens, beside a date that stays; both must be known to be let off."""
    usual = feed.validators(since)
    now = {**usual, "etag": f'"{int(since / HOUR)}-{feed.version(since)}"'}
    if (ask.get("if-none-match"), ask.get("if-modified-since")) == (now["etag"], now["last-modified"]):
        return Reply(status=304, headers=now)
    return Reply(status=200, headers={"content-type": "application/rss+xml", **now}, body=feed.body(since))


def forgetful(feed: Feed, ask: Ask, since: timedelta) -> Reply | None:
    """Takes its validators away from every second document."""
    if feed.answers % 2 or feed.unchanged(ask, since):
        return None
    return Reply(status=200, headers={"content-type": "application/rss+xml"}, body=feed.body(since))


def renaming(feed: Feed, ask: Ask, since: timedelta) -> Reply | None:
    """Gives a new ETag with every 304 and wants that one next time."""
    latest = f'"r{feed.version(since)}-{feed.answers}"'
    if ask.get("if-none-match") == f'"r{feed.version(since)}-{feed.answers - 1}"':
        return Reply(status=304, headers={"etag": latest})
    return Reply(status=200, headers={"etag": latest}, body=feed.body(since))


def touching(feed: Feed, ask: Ask, since: timedelta) -> Reply | None:
    """A new Last-Modified every hour, whatever happens, and no ETag."""
    date = http_date(feed.start + HOUR * int(since / HOUR))
    if ask.get("if-modified-since") == date:
        return Reply(status=304)
    return Reply(status=200, headers={"last-modified": date}, body=feed.body(since))


def lying(feed: Feed, ask: Ask, since: timedelta) -> Reply | None:
    """Says 304 for ever to whoever asks conditionally, from day ten on."""
    if since > 10 * DAY and ("if-none-match" in ask or "if-modified-since" in ask):
        return Reply(status=304)
    return None


def busy(retry: Callable[[datetime], str | None], status: int, days: tuple[float, ...]) -> Odd:
    """One day of refusals from each of these days on, with this Retry-After."""

    def odd(feed: Feed, ask: Ask, since: timedelta) -> Reply | None:
        if not any(between(day, day + 1)(since) for day in days):
            return None
        word = retry(feed.start + since)
        return Reply(status=status, headers={} if word is None else {"retry-after": word}, usable=False)

    return odd
