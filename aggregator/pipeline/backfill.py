"""The walk of one request for the past: ask, understand, read, decide, record, and the job a step further, all in one
transaction, so that a crash repeats at most one page (B-03).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from aggregator.errors import StoreError
from aggregator.fetch.asking import gives, unconditional_spent
from aggregator.fetch.meaning import interpret
from aggregator.fetch.policy import plain_request
from aggregator.fetch.robots import robots_url
from aggregator.history.backfill import WAYS, Ask, At, End, Form, ground_of, survey_steps
from aggregator.history.backfill.captures import stamp_in
from aggregator.history.backfill.job import Moment, begin, closed, left
from aggregator.model import (
    Backfill,
    Capture,
    Document,
    Exchange,
    FeedId,
    FeedState,
    Modified,
    ReadContext,
    Request,
    Response,
    Source,
    Strategy,
    Unreadable,
)
from aggregator.pipeline.backfilled import Page, conclude, settle, turn_of
from aggregator.pipeline.context import host, names
from aggregator.pipeline.gate import RobotsGate
from aggregator.pipeline.keep import capture_of
from aggregator.pipeline.pace import Pace
from aggregator.ports import Backfills, Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What backfilling needs besides polling: the jobs, the gate of robots.txt, the pace, who we are, and the root of
    the web archive, empty for none."""

    ports: Ports
    jobs: Backfills
    gate: RobotsGate
    pace: Pace
    agent: str
    web_archive: str

    def moment(self, feed_id: FeedId, state: FeedState) -> Moment:
        """Now, and what earlier jobs and the live feed hold already."""
        known = (
            name
            for job in self.jobs.of(feed_id)
            if job.strategy is Strategy.RFC5005 and not job.status.open and job.cursor is not None
            for name in job.cursor.seen
        )
        return Moment(now=self.ports.clock.now(), known=tuple(dict.fromkeys(known)), edge=state.window.oldest)


def opened(
    jobs: Backfills,
    now: datetime,
    feed_id: FeedId,
    wanted: Strategy,
    since: datetime | None = None,
    until: datetime | None = None,
    cause: str = "operator",
) -> Backfill:
    """The open job of this kind, or a new one. Runs where writing is allowed. Raises `UnknownFeedError`."""
    alike = (wanted, since, until)
    for job in jobs.of(feed_id):
        if job.status.open and (job.wanted, job.since, job.until) == alike:
            return job
    return jobs.put(new_job(now, feed_id, wanted, since, until, cause))


def new_job(
    now: datetime,
    feed_id: FeedId,
    wanted: Strategy,
    since: datetime | None = None,
    until: datetime | None = None,
    cause: str = "operator",
) -> Backfill:
    """A job that nothing was done for yet."""
    return Backfill(
        number=0,
        feed_id=feed_id,
        wanted=wanted,
        created_at=now,
        updated_at=now,
        since=since,
        until=until,
        cause=cause,
    )


def prepared(job: Backfill, desk: Desk) -> Backfill:
    """The job with its first step, if it has none yet; nothing is stored.

    Raises:
        StoreError: the feed was never read, so that everything old would count as known before anything was announced.
    """
    if job.cursor is not None or not job.status.open:
        return job
    source, state = desk.ports.sources.get(job.feed_id)
    if state.last_success_at is None:
        _check_unread(job, state)
    ground = ground_of(source, state, desk.web_archive, desk.jobs.addresses(job.feed_id))
    now = desk.ports.clock.now()
    spared = gives(state, now) and unconditional_spent(state, now) is not None
    first = survey_steps(ground, job.wanted, may_ask_feed=not spared)
    return begin(job, ground, first, desk.moment(job.feed_id, state))


def _check_unread(job: Backfill, state: FeedState) -> None:
    """A feed that could never be read has no present entries to announce: a web archive may still have its past."""
    if not state.polls:
        raise StoreError(f"{job.feed_id} was never polled; poll it first, so that its present entries are announced")
    if job.wanted is not Strategy.WAYBACK:
        remedy = "`--strategy wayback` looks for it in the web archive"
        raise StoreError(f"{job.feed_id} could not be read so far ({state.status_text}); {remedy}")


def next_address(job: Backfill, desk: Desk) -> str:
    """The address of the next request of a prepared job: the rules of its host first, where they are not known."""
    url = _ask(job).url
    return url if desk.gate.known(url) is not None else robots_url(url)


def _ask(job: Backfill) -> Ask:
    assert job.ground is not None
    assert job.cursor is not None
    return WAYS[job.strategy].ask(At(ground=job.ground, cursor=job.cursor))


async def advance(job: Backfill, desk: Desk, *, rehearse: bool = False) -> Backfill:
    """One request of a prepared job, whose turn was taken, and everything that follows from it.

    With ``rehearse`` nothing but the pace is stored; the job returned counts what would be.

    Raises:
        StoreError: nothing was recorded; the same page is asked for again.
        UnknownFeedError: the feed is not stored.
    """
    ports, ask = desk.ports, _ask(job)
    known = desk.gate.known(ask.url)
    if known is None:
        exchange = await ports.fetch(plain_request(robots_url(ask.url), desk.agent))
        await ports.write(lambda: desk.gate.learn(ask.url, exchange))
        return replace(job, requests=job.requests + 1)
    if not known.allows(ask.url):
        after = _kept_out(job, ask, desk, silent=known.silent)
        return after if rehearse else await kept(after, desk)
    request = plain_request(ask.url, desk.agent)
    exchange = await ports.fetch(request)
    source, state = ports.sources.get(job.feed_id)
    page = await _read(source, state, ask, exchange, ports)
    page = replace(page, capture=_capture(job, request, page))
    when = desk.moment(job.feed_id, state)
    if rehearse:
        return await ports.write(lambda: turn_of(job, page, when, ports)[0])
    return await ports.write(lambda: _settled(job, page, desk, when))


def _capture(job: Backfill, request: Request, page: Page) -> Capture | None:
    """Every document that was asked for is kept as it came, also one that could not be read; lists and web pages that
    only show the way are not."""
    if page.ask.form in (Form.PAGE, Form.LIST) or not isinstance(page.exchange, Response):
        return None
    made = capture_of(job.feed_id, request, page.exchange)
    made = replace(made, observed_at=page.observed_at, base=page.ask.base)
    survey = job.strategy is Strategy.SURVEY
    return made if survey else replace(made, provenance=job.strategy.provenance)


def _settled(job: Backfill, page: Page, desk: Desk, when: Moment) -> Backfill:
    """Decide and record one page. Runs where writing is allowed."""
    with desk.ports.ledger.transaction():
        after = settle(job, page, when, desk.ports, desk.pace)
        return desk.jobs.put(after)


def _kept_out(job: Backfill, ask: Ask, desk: Desk, *, silent: bool) -> Backfill:
    """The way is closed by robots.txt, which is obeyed in full where nobody typed the address (H-67). One that cannot
    be read allows nothing either, but is asked again the next day."""
    _, state = desk.ports.sources.get(job.feed_id)
    when = desk.moment(job.feed_id, state)
    if silent:
        return closed(job, f"{robots_url(ask.url)} cannot be read, so nothing there may be asked", when)
    text = f"robots.txt of {urlsplit(ask.url).netloc} keeps programs away from it"
    return left(job, End(complete=False, text=text), when)


async def kept(job: Backfill, desk: Desk) -> Backfill:
    """The job stored after a step that asked nobody."""

    def work() -> Backfill:
        with desk.ports.ledger.transaction():
            conclude(job, desk.ports)
            return desk.jobs.put(job)

    return await desk.ports.write(work)


async def _read(source: Source, state: FeedState, ask: Ask, exchange: Exchange, ports: Ports) -> Page:
    """What came back, and its document where one can be read."""
    meaning = interpret(exchange, state, exchange.finished_at)
    observed = _observed(ask, exchange)
    page = Page(ask=ask, exchange=exchange, meaning=meaning, observed_at=observed)
    if not isinstance(meaning, Modified) or ask.form in (Form.PAGE, Form.LIST):
        return page
    fetched_at = observed or exchange.finished_at
    context = page_context(source, state, meaning, fetched_at, base=ask.base, posts=ask.form is Form.WORDPRESS)
    reading = await ports.digest(meaning.body, context)
    if isinstance(reading, Unreadable):
        return replace(page, unreadable=reading)
    return replace(page, document=placed(reading))


def placed(document: Document) -> Document:
    """Whatever it says of itself: of what a page of history leaves out nothing follows."""
    return replace(document, partial=True, complete=False)


def page_context(
    source: Source, state: FeedState, meaning: Modified, fetched_at: datetime, *, base: str | None, posts: bool
) -> ReadContext:
    """How a page is read: as at the time of its capture, under the address it had (``base``), with the names the feed
    calls itself, so that the same words hash as they do in the live feed (B-10). ``posts``: as posts of a WordPress."""
    profile = state.profile
    learned = (profile.title, host(profile.site_url)) if posts else ()
    return ReadContext(
        url=base or meaning.url,
        fetched_at=fetched_at,
        content_type=meaning.content_type,
        content_language=meaning.content_language,
        timezone=source.timezone,
        language=source.language,
        site_url=source.site,
        names=tuple(dict.fromkeys((*names(source), *filter(None, learned)))),
        form="wordpress" if posts else "feed",
    )


def _observed(ask: Ask, exchange: Exchange) -> datetime | None:
    """The time of the capture that was given: an archive may lead to the nearest one it has."""
    if ask.observed_at is None:
        return None
    stamp = stamp_in(exchange.url)
    if stamp is None or not _is_instant(stamp):
        return ask.observed_at
    return datetime.strptime(f"{stamp}+0000", "%Y%m%d%H%M%S%z")


def _is_instant(stamp: str) -> bool:
    try:
        datetime.strptime(f"{stamp}+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return False
    return True
