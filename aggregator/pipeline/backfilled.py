"""The second half of a request for the past, on the writer's side: what the page changes, what becomes of the job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.fetch.asking import spends
from aggregator.history.backfill import WAYS, Answer, Ask, At, Form
from aggregator.history.backfill.addresses import digest
from aggregator.history.backfill.job import REST, Moment, failed, paused, place, reached, refused, turned
from aggregator.model import (
    BACKFILLED,
    Backfill,
    Blocked,
    Capture,
    Document,
    Exchange,
    Failed,
    FeedState,
    Gone,
    JobStatus,
    Link,
    Meaning,
    Modified,
    NotModified,
    PollRecord,
    Response,
    Strategy,
    Unreadable,
    Verdict,
    Window,
)
from aggregator.parse.autodiscovery import page_links
from aggregator.pipeline.bar import may_keep_whole
from aggregator.pipeline.bring import Brought, Origin, brought, judge_past, only_before, past_record
from aggregator.pipeline.keep import keep
from aggregator.pipeline.manners import spare_host
from aggregator.pipeline.pace import Pace
from aggregator.ports import Ports
from aggregator.push.discovery import header_links
from aggregator.store.hosts import host_of

OK, UNAUTHORISED, TOO_MANY = 200, 401, 429
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One exchange for the past, what it means, and its document where one was read. ``observed_at`` is the time of the
    capture it is, ``capture`` what is to be kept of it."""

    ask: Ask
    exchange: Exchange
    meaning: Meaning
    observed_at: datetime | None = None
    document: Document | None = None
    unreadable: Unreadable | None = None
    capture: Capture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A page against what is stored: its document without what is left to the live feed, and what it changes."""

    document: Document
    verdict: Verdict
    counts: Brought


def settle(job: Backfill, page: Page, when: Moment, ports: Ports, pace: Pace) -> Backfill:
    """Record what one page brought, and give the job as it is after it. Runs inside a transaction of the caller.

    Raises:
        StoreError: nothing was recorded.
    """
    source, state = ports.sources.get(job.feed_id)
    after, weighed = turn_of(job, page, when, ports)
    row = _row(job, page, weighed, _healed(after, _spent(state, job, page)))
    whole = may_keep_whole(row.feed_id, row.verdict, ports)
    ports.ledger.record(row if page.capture is None else replace(row, kept=keep(page.capture, ports, whole=whole)))
    conclude(after, ports)
    until = after.next_at if after.status is JobStatus.RESTING and _is_asked_to_wait(page) else None
    pace.answered(page.ask.url, page.exchange.finished_at, well=_is_well(page), until=until)
    if host_of(page.ask.url) == host_of(source.url):
        spare_host(source, state, page.meaning, page.exchange, ports)
    return after


def turn_of(job: Backfill, page: Page, when: Moment, ports: Ports) -> tuple[Backfill, Weighed | None]:
    """The job after this page, and the page weighed; nothing is recorded. Runs where writing is allowed."""
    weighed = None if page.document is None else _weigh(job, page, page.document, ports)
    answer = _answer(page, weighed)
    job = _counted(job, weighed, answer)
    if (sent_off := _sent_off(job, page, when)) is not None:
        return sent_off, weighed
    assert job.ground is not None
    assert job.cursor is not None
    turn = WAYS[job.strategy].learn(At(ground=job.ground, cursor=job.cursor), answer)
    if turn is None:
        return failed(job, answer.fault, when), weighed
    if turn.end is None and (end := reached(job, answer)) is not None:
        turn = replace(turn, end=end)
    return turned(job, turn, when), weighed


def _weigh(job: Backfill, page: Page, document: Document, ports: Ports) -> Weighed | None:
    """What the page changes; the survey only looks at the live document, whose entries are for polls to bring."""
    if job.strategy is Strategy.SURVEY:
        return None
    source, state = ports.sources.get(job.feed_id)
    if page.observed_at is None:
        document = only_before(document, edge_of(state, page.exchange.started_at))
    provenance, now = job.strategy.provenance, page.exchange.finished_at
    verdict = judge_past(source, state, document, provenance, page.observed_at, now, ports)
    return Weighed(document=document, verdict=verdict, counts=brought(document, verdict))


def edge_of(state: FeedState, now: datetime) -> datetime:
    """Up to where the live feed has been read: what is dated later is left to it, because it must be announced."""
    newest = state.window.newest
    return newest + _SECOND if newest is not None else state.last_success_at or now


def _answer(page: Page, weighed: Weighed | None) -> Answer:
    """The page as its way sees it. What the live feed is left counts as listed."""
    exchange, document = page.exchange, page.document
    headers = exchange.headers
    links = [Link(href=href, rel=rel) for rel, href in header_links(headers, exchange.url)]
    if document is not None:
        links += document.links
    body = b""
    if isinstance(exchange, Response) and page.ask.form in (Form.PAGE, Form.LIST):
        body = exchange.body
        links += page_links(body, exchange.url) if page.ask.form is Form.PAGE else ()
    entries = document.entries if document is not None else ()
    dates = sorted(at for entry in entries if (at := entry.published.instant) is not None)
    kind, fault = _fault(page)
    return Answer(
        url=exchange.url,
        now=exchange.finished_at,
        status=exchange.status,
        fault=fault,
        kind=kind,
        headers=headers,
        links=tuple(links),
        body=body,
        entries=len(entries),
        new=weighed.counts.new if weighed else 0,
        ids=digest("\n".join(entry.raw_id or entry.link or entry.title for entry in entries)) if entries else "",
        oldest=dates[0] if dates else None,
        newest=dates[-1] if dates else None,
        generator=(document.feed.generator or "") if document is not None else "",
    )


def _fault(page: Page) -> tuple[str, str]:
    """Why nothing could be read, in one word and in plain ones; empty where something was."""
    if page.ask.form is Form.LIST and isinstance(page.exchange, Response) and page.exchange.status == OK:
        return "", ""  # an empty list is an answer
    if page.unreadable is not None:
        return page.unreadable.kind, f"cannot be read: {page.unreadable.detail}"
    match page.meaning:
        case Modified():
            return "", ""
        case Failed(kind=kind, detail=detail):
            return str(kind), detail
        case Gone(detail=detail):
            return "gone", detail
        case Blocked(detail=detail):
            return "blocked", detail
        case NotModified():
            return "http", "the server answered 304 to a question without a condition"


def _is_well(page: Page) -> bool:
    return isinstance(page.meaning, Modified) or page.exchange.status in (404, 410, 400)


def _counted(job: Backfill, weighed: Weighed | None, answer: Answer) -> Backfill:
    job = replace(job, requests=job.requests + 1)
    if weighed is None:
        return job
    counts = weighed.counts
    oldest = min((at for at in (job.oldest, answer.oldest) if at is not None), default=None)
    return replace(
        job,
        pages=job.pages + 1,
        new=job.new + counts.new,
        known=job.known + counts.known,
        recalled=job.recalled + counts.recalled + counts.improved,
        duplicates=job.duplicates + counts.duplicates,
        oldest=oldest,
    )


def _sent_off(job: Backfill, page: Page, when: Moment) -> Backfill | None:
    """B-02: 403 and challenges end the way and stop the job for a day, 429 and a Retry-After stop it where it is."""
    meaning = page.meaning
    if isinstance(meaning, Blocked) and meaning.status != UNAUTHORISED:
        return refused(job, meaning.detail, max(when.now + REST, meaning.retry_at or when.now), when)
    if isinstance(meaning, Failed) and (meaning.status == TOO_MANY or meaning.retry_at is not None):
        return paused(job, meaning.detail, max(when.now + REST, meaning.retry_at or when.now), when)
    return None


def _is_asked_to_wait(page: Page) -> bool:
    """Whether the whole host asked for a pause (H-48), and not only this page failed."""
    meaning = page.meaning
    return isinstance(meaning, Failed | Blocked) and (meaning.status == TOO_MANY or meaning.retry_at is not None)


def _spent(state: FeedState, job: Backfill, page: Page) -> FeedState:
    """Asking the feed itself without validators uses up the one such request of the day (H-09)."""
    own = job.strategy is Strategy.SURVEY and page.ask.form is Form.FEED
    return replace(state, unconditional_at=page.exchange.started_at) if own and spends(state, page.exchange) else state


def _healed(job: Backfill, state: FeedState) -> FeedState:
    """A gap that is filled is no state of the feed any more; how often it is asked grows back by itself."""
    window = state.window
    if job.status is not JobStatus.DONE or window.gap_since is None or window.gap_until is None:
        return state
    if not _covers(job, window.gap_since, window.gap_until):
        return state
    calm: Window = replace(window, gap_at=None, gap_since=None, gap_until=None, missed=0)
    return replace(state, window=calm)


def _covers(job: Backfill, since: datetime, until: datetime) -> bool:
    return (job.since is None or job.since <= since) and (job.until is None or job.until >= until)


def conclude(job: Backfill, ports: Ports) -> None:
    """A job that has ended: everything that scrolled past within what it was to fetch is held now, or could not be had.
    Runs inside a transaction of the caller."""
    if job.status.open:
        return
    now = job.updated_at
    since = job.since or datetime.min.replace(tzinfo=now.tzinfo)
    ports.ledger.fill_gaps(job.feed_id, since, job.until or now, now, done=job.status is JobStatus.DONE)


def _row(job: Backfill, page: Page, weighed: Weighed | None, state: FeedState) -> PollRecord:
    """One request, one row (H-73): the politeness ledger counts it."""
    exchange = page.exchange
    what = f"{job.strategy}, {place(job)}"
    _, fault = _fault(page)
    origin = Origin(
        url=page.ask.url,
        started_at=exchange.started_at,
        finished_at=exchange.finished_at,
        final_url=exchange.url,
        reason=f"{what}: {fault}" if fault else what,
        http_status=exchange.status,
        wire_bytes=exchange.wire_bytes,
        hops=len(exchange.hops),
    )
    if weighed is not None:
        return past_record(state, weighed.document, weighed.verdict, origin, job.strategy.provenance, page.observed_at)
    return PollRecord(
        feed_id=job.feed_id,
        started_at=origin.started_at,
        finished_at=origin.finished_at,
        url=origin.url,
        final_url=exchange.url,
        outcome=BACKFILLED,
        reason=origin.reason,
        state=state,
        http_status=origin.http_status,
        wire_bytes=origin.wire_bytes,
        hops=origin.hops,
    )
