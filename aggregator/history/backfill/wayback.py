"""A web archive: which captures of the feed there are, then each with a body not met before (B-07)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from aggregator.history.backfill.captures import Capture, fresh, raw_address, read_cdx, read_timemap
from aggregator.history.backfill.steps import Answer, Ask, At, Form, Start, Turn, ended, go_on
from aggregator.model import Cursor, Ground

BATCH = 200
"""Captures of one list; the next begins at its resumption key."""
MOST_SEEN = 20_000
LINGERS = timedelta(days=30)
"""So long an entry may still be listed in captures made after it."""
FIELDS = "timestamp,original,statuscode,mimetype,digest,length"
TIMEMAP = "timemap"
EXHAUSTED = "all that the archive has"
MISSING = (404, 410)
UNTRUE = ("html", "not-a-feed", "malformed", "empty", "entities", "too-deep", "too-large", "encoding", "document")
"""Captures that are no feeds: passed over, and no fault of the archive."""


class Wayback:
    """Lists of captures for each spelling of the feed's address, and the captures in each list, oldest first."""

    descends = False

    def begin(self, start: Start) -> Cursor | None:
        """At the first spelling; ``None`` where no web archive is configured."""
        span = start.span
        if not start.ground.web_archive:
            return None
        since = _stamp(span.since) if span.since else ""
        until = _stamp(min(span.until + LINGERS, start.now)) if span.until else ""
        return Cursor(url=f"{since} {until}")

    def ask(self, at: At) -> Ask:
        """The next capture, else the next list."""
        ground, cursor = at.ground, at.cursor
        if cursor.todo:
            capture = _next(cursor)
            url = raw_address(ground.web_archive, capture)
            return Ask(url=url, form=Form.FEED, observed_at=capture.at, base=capture.url)
        wanted = ground.variants[cursor.page]
        if cursor.stage == TIMEMAP:
            return Ask(url=f"{ground.web_archive}web/timemap/link/{wanted}", form=Form.LIST)
        since, _, until = cursor.url.partition(" ")
        parts = [f"url={quote(wanted, safe='')}", f"fl={FIELDS}", "filter=statuscode:200", "collapse=digest"]
        parts += [f"limit={BATCH}", "showResumeKey=true"]
        parts += [f"{name}={text}" for name, text in (("from", since), ("to", until)) if text]
        parts += [f"resumeKey={quote(cursor.resume, safe='')}"] if cursor.resume else []
        return Ask(url=f"{ground.web_archive}cdx/search/cdx?{'&'.join(parts)}", form=Form.LIST)

    def learn(self, at: At, answer: Answer) -> Turn | None:
        """Take the capture or the list off what is to be done; ``None`` where the archive itself failed."""
        ground, cursor = at.ground, at.cursor
        if not cursor.todo:
            return self._listed(ground, cursor, answer)
        if answer.fault and answer.status not in MISSING and answer.kind not in UNTRUE:
            return None
        capture = _next(cursor)
        read = cursor.empty + (not answer.fault)
        seen = (*cursor.seen, capture.digest) if capture.digest else cursor.seen
        return _onward(ground, replace(cursor, todo=cursor.todo[1:], seen=seen[-MOST_SEEN:], empty=read))

    def _listed(self, ground: Ground, cursor: Cursor, answer: Answer) -> Turn | None:
        if answer.status in MISSING and cursor.stage != TIMEMAP:
            return go_on(replace(cursor, stage=TIMEMAP))
        if answer.fault and answer.status not in MISSING:
            return None
        if cursor.stage == TIMEMAP:
            captures, key = _between(read_timemap(b"" if answer.fault else answer.body), cursor.url), ""
        else:
            captures, key = read_cdx(answer.body)
        if key and key == cursor.resume:
            key = ""  # an archive that gives the same key for ever has nothing more to say
        todo = tuple(f"{one.stamp} {one.digest or '-'} {one.url}" for one in fresh(captures, cursor.seen))
        return _onward(ground, replace(cursor, todo=todo, resume=key))


def _onward(ground: Ground, cursor: Cursor) -> Turn:
    """The next capture, the rest of the list, the next spelling, or the end."""
    if cursor.todo or cursor.resume:
        return go_on(cursor)
    if cursor.page + 1 < len(ground.variants):
        return go_on(replace(cursor, page=cursor.page + 1))
    return ended(cursor, complete=True, text=f"{cursor.empty} captures read, {EXHAUSTED}")


def _next(cursor: Cursor) -> Capture:
    stamp, digest, url = cursor.todo[0].split(" ", 2)
    return Capture(stamp=stamp, url=url, digest="" if digest == "-" else digest)


def _between(captures: tuple[Capture, ...], span: str) -> tuple[Capture, ...]:
    since, _, until = span.partition(" ")
    return tuple(one for one in captures if since <= one.stamp <= (until or "9"))


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}"
