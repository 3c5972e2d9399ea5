"""The world of a simulated installation: true time, a clock that may be wrong, a web of publishers, and the log."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from urllib.parse import urljoin

from aggregator.fetch.policy import conditional
from aggregator.model import (
    ContentHash,
    DateStatus,
    Document,
    Entry,
    Exchange,
    FailureKind,
    FeedProfile,
    Fingerprint,
    Hints,
    Hop,
    ReadContext,
    Request,
    Response,
    RevisionHash,
    Stamp,
    Unreachable,
    Unreadable,
)
from tests.score.log import Reply, Seen
from tests.score.publishers import Feed

TOOK = timedelta(seconds=1)


@dataclass(slots=True)
class World:
    """Implements the ports Clock and Fetch. ``wrong`` is by how much our clock differs from true time."""

    at: datetime
    feeds: dict[str, Feed]
    wrong: timedelta = timedelta(0)
    manual: bool = False
    log: list[Seen] = field(default_factory=list)
    exchanges: int = 0

    def now(self) -> datetime:
        return self.at + self.wrong

    async def __call__(self, request: Request) -> Exchange:
        """Follow redirects as the real client does, and write down every hop."""
        self.exchanges += 1
        url, hops = request.url, ()
        while True:
            extra, sent = conditional(request, url)
            reply = self._ask(request, url, dict((*request.headers, *extra)), first=not hops)
            target = reply.headers.get("location")
            if reply.broken or (target and len(hops) == 5):
                kind = FailureKind(reply.broken or "redirect")
                return self._lost(url, kind, hops, reply, sent)
            if target is None:
                return self._response(url, hops, reply, sent)
            hops += (Hop(url=url, status=reply.status, target=urljoin(url, target)),)
            url = hops[-1].target

    def _ask(self, request: Request, url: str, headers: dict[str, str], *, first: bool) -> Reply:
        feed = self.feeds.get(url)
        reply = Reply(status=404, usable=False) if feed is None else feed.answer(headers, self.at)
        self.log.append(
            Seen(
                at=self.at,
                exchange=self.exchanges,
                asked_by=request.url,
                url=url,
                headers=headers,
                reply=reply,
                first=first,
                manual=self.manual,
                wrong=self.wrong,
            )
        )
        return reply

    def _response(self, url: str, hops: tuple[Hop, ...], reply: Reply, sent: str) -> Response:
        return Response(
            url=url,
            status=reply.status,
            headers=tuple(reply.headers.items()),
            body=reply.body,
            started_at=self.now(),
            finished_at=self.now() + TOOK,
            hops=hops,
            wire_bytes=len(reply.body),
            sent=sent,
        )

    def _lost(self, url: str, kind: FailureKind, hops: tuple[Hop, ...], reply: Reply, sent: str) -> Unreachable:
        lost = Unreachable(url=url, kind=kind, detail="lost", started_at=self.now(), finished_at=self.now() + TOOK)
        return replace(lost, hops=hops, sent=sent, status=reply.status or None, headers=tuple(reply.headers.items()))


class TinyDigest:
    """Reads the bodies of these publishers: a line an entry. Everything else is no feed."""

    async def __call__(self, body: bytes, context: ReadContext) -> Document | Unreadable:
        lines = body.decode().split("\n")
        if not all("#" in line for line in lines):
            return Unreadable(kind="html", detail="a web page, not a feed")
        hints = Hints(ttl=int(found[1])) if (found := re.search(r"ttl=(\d+)", lines[0])) else Hints()
        entries = tuple(_entry(line, number, context) for number, line in enumerate(lines))
        return Document(
            version="rss20",
            encoding="utf-8",
            feed=FeedProfile(title="Notices"),
            entries=entries,
            fingerprints=tuple(_prints(entry) for entry in entries),
            hints=hints,
        )


def _entry(line: str, position: int, context: ReadContext) -> Entry:
    name, _, date = line.partition("@")
    plain = Entry(position=position, raw_id=name, url=name, link=name, title=f"Notice {name}", content=f"<p>{name}</p>")
    if not date:
        return plain
    stamp = Stamp(raw=date, element="pubDate", instant=datetime.fromisoformat(date), status=DateStatus.OK)
    return replace(plain, published=stamp)


def _prints(entry: Entry) -> Fingerprint:
    digest = sha256(entry.title.encode()).hexdigest()
    return Fingerprint(
        content=ContentHash(digest),
        revision=RevisionHash(digest),
        title=digest,
        lead=digest,
        strong=True,
        version="1",
    )


def civil_days(log: Iterable[Seen]) -> set[date]:
    """The days on which anybody was asked."""
    return {seen.at.date() for seen in log}
