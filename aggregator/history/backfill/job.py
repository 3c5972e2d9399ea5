"""What becomes of a job: from way to way until one reaches the beginning, resting where it is refused (B-01, B-02)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.history.backfill.steps import Answer, End, Span, Start, Turn
from aggregator.history.backfill.wayback import EXHAUSTED
from aggregator.history.backfill.ways import WAYS, plan
from aggregator.model import Backfill, Cursor, Ground, JobStatus, Strategy

REST = timedelta(hours=24)
MOST_ERRORS = 3
"""So many failures at one place stop the job for a day (B-02) …"""
MOST_RESTS = 2
"""… and so many such stops at one place end the way."""
MOST_CLOSED = 7
"""So many days in a row a robots.txt that cannot be read is waited for."""
MOST_STORY = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The instant (aware, UTC), digests of documents that an earlier job read, and the earliest date held before."""

    now: datetime
    known: tuple[str, ...] = ()
    edge: datetime | None = None


def begin(job: Backfill, ground: Ground, first: tuple[str, ...], when: Moment) -> Backfill:
    """A job at its first step: what must be asked first, else the first way of its plan."""
    job = replace(job, ground=ground, updated_at=when.now)
    if first:
        cursor = WAYS[Strategy.SURVEY].begin(Start(ground=ground, span=_span(job), now=when.now, first=first))
        return replace(job, strategy=Strategy.SURVEY, cursor=cursor)
    return _next_way(replace(job, plan=plan(ground, job.wanted)), when)


def turned(job: Backfill, turn: Turn, when: Moment) -> Backfill:
    """The job after an answer: onward on its way, or on to the next one."""
    job = replace(job, ground=turn.ground or job.ground, cursor=turn.cursor, errors=0, rests=0, updated_at=when.now)
    job = replace(job, status=JobStatus.QUEUED, next_at=None, note="")
    return job if turn.end is None else left(job, turn.end, when)


def left(job: Backfill, end: End, when: Moment) -> Backfill:
    """The job after a way has ended: done where it reached the beginning, else at the next way of the plan."""
    if end.text:
        job = replace(job, story=(*job.story, f"{job.strategy}: {end.text}")[-MOST_STORY:])
    # A web archive has what it has: that nothing is missing is proved by the publisher only.
    if end.complete and (job.strategy is not Strategy.WAYBACK or job.wanted is Strategy.WAYBACK):
        return _ended(job, JobStatus.DONE, end.text, when.now)
    if job.strategy is Strategy.SURVEY and job.ground is not None:
        job = replace(job, plan=plan(job.ground, job.wanted))
    return _next_way(job, when)


def reached(job: Backfill, answer: Answer) -> End | None:
    """The end of a bounded search on a way that goes from new to old: everything on a page is older than wanted."""
    if job.since is None or not WAYS[job.strategy].descends or answer.newest is None or answer.newest >= job.since:
        return None
    return End(complete=True, text=f"reached {job.since:%d %B %Y}")


def failed(job: Backfill, text: str, when: Moment) -> Backfill:
    """The job after a failure that may pass: the same again, after three of them a day later, at last another way."""
    job = replace(job, errors=job.errors + 1, updated_at=when.now, note=f"{place(job)}: {text}")
    if job.errors < MOST_ERRORS:
        return job
    if job.rests + 1 < MOST_RESTS:
        return _resting(replace(job, errors=0, rests=job.rests + 1), when.now + REST, when.now)
    return refused(job, text, when.now + REST, when)


def refused(job: Backfill, text: str, until: datetime, when: Moment) -> Backfill:
    """The job after it was sent off a way for good: at the next one, but not before ``until`` (B-02)."""
    job = left(job, End(complete=False, text=f"{place(job)}: {text}"), when)
    return _resting(replace(job, note=text), until, when.now) if job.status.open else job


def paused(job: Backfill, text: str, until: datetime, when: Moment) -> Backfill:
    """The job after it was asked to come back later: at the same place, not before ``until``."""
    return _resting(replace(job, note=f"{place(job)}: {text}"), until, when.now)


def closed(job: Backfill, text: str, when: Moment) -> Backfill:
    """The job while robots.txt cannot be read, which allows nothing (H-67): it is looked at again the next day."""
    if job.rests + 1 >= MOST_CLOSED:
        return left(job, End(complete=False, text=text), when)
    rested = replace(job, rests=job.rests + 1, errors=0, note=text)
    return _resting(rested, when.now + REST, when.now)


def place(job: Backfill) -> str:
    """Where on its way the job is, in words."""
    cursor = job.cursor or Cursor()
    match job.strategy:
        case Strategy.WP_REST | Strategy.WP_PAGED:
            return f"page {cursor.page}" + (f" of {cursor.total}" if cursor.total else "")
        case Strategy.WP_MONTHS:
            return f"page {cursor.page} of {cursor.stage}"
        case Strategy.BLOGGER:
            return f"from entry {cursor.page} on"
        case Strategy.RFC5005 | Strategy.PAGED:
            return f"document {len(cursor.seen) + 1}"
        case Strategy.WAYBACK:
            return "a capture" if cursor.todo else "the list of captures"
    return "the feed itself" if cursor.todo[:1] == ("feed",) else "the page of its site"


def _resting(job: Backfill, until: datetime, now: datetime) -> Backfill:
    return replace(job, status=JobStatus.RESTING, next_at=until, updated_at=now)


def _next_way(job: Backfill, when: Moment) -> Backfill:
    """The first of the remaining ways that is one for this feed."""
    rest = list(job.plan)
    while rest and job.ground is not None:
        strategy = rest.pop(0)
        start = Start(ground=job.ground, span=_span_of(job, strategy, when), now=when.now, known=when.known)
        if (cursor := WAYS[strategy].begin(start)) is not None:
            fresh = replace(job, strategy=strategy, plan=tuple(rest), cursor=cursor, errors=0, rests=0)
            return replace(fresh, status=JobStatus.QUEUED, next_at=None, updated_at=when.now)
    text = "every way was tried" if job.story else "no way to the past of this feed is known"
    if any(line.startswith(f"{Strategy.WAYBACK}: ") and line.endswith(EXHAUSTED) for line in job.story):
        text += "; the web archive was read to its end, so more is not to be had"
    return _ended(replace(job, plan=(), cursor=None), JobStatus.INCOMPLETE, text, when.now)


def _span_of(job: Backfill, strategy: Strategy, when: Moment) -> Span:
    """What is wanted of a way. Months are counted from the oldest entry of the live feed; a web archive fills what the
    publisher does not give, which is what is older than all held."""
    span = _span(job)
    if span.until is not None:
        return span
    if strategy is Strategy.WP_MONTHS:
        return replace(span, until=when.edge)
    if strategy is Strategy.WAYBACK and job.wanted is Strategy.AUTO:
        return replace(span, until=min((at for at in (job.oldest, when.edge) if at is not None), default=None))
    return span


def _span(job: Backfill) -> Span:
    return Span(since=job.since, until=job.until)


def _ended(job: Backfill, status: JobStatus, text: str, now: datetime) -> Backfill:
    return replace(job, status=status, next_at=None, updated_at=now, note=text)
