"""The past by links: archive documents of RFC 5005, pages of Atom, Blogger's index."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.model import Document, FeedProfile, JobStatus, Provenance, Strategy
from aggregator.pipeline.backfill import placed
from tests.builders import record
from tests.pasts.feeds import Blogger, Chain
from tests.pasts.server import Asked, Told
from tests.pasts.walking import Walk, walking
from tests.pipeline.fakes import FEED

URL = "https://mossgate.example/"


@pytest.mark.parametrize(("rel", "strategy"), [("prev-archive", Strategy.RFC5005), ("next", Strategy.PAGED)])
def test_every_document_to_the_first(rel: str, strategy: Strategy) -> None:
    """B-01, B-04: the links are followed to the document that has none; nobody is told of what they hold."""
    site = Chain(url=URL, rel=rel)
    walk = walking(f"{URL}feed", {URL: site})
    job = walk.job()
    assert (job.status, job.strategy, job.new, job.pages) == (JobStatus.DONE, strategy, 50, 5)
    assert site.asked == [4, 3, 2, 1, 0]
    assert job.story == (f"{strategy}: reached the first of 5 documents",)
    assert (len(walk.rows()), walk.told()) == (60, 10)
    old = walk.home.store.catalogue.revisions(str(walk.rows()[-1].entry_id))
    assert [each.provenance for each in old] == [Provenance(strategy.value)]


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_document_is_reported_as_an_incomplete_history(status: int) -> None:
    """B-04: the operator hears where the chain breaks, and what was read is kept."""
    walk = walking(f"{URL}feed", {URL: Chain(url=URL, gone=frozenset({2}), status=status)})
    job = walk.job()
    assert job.status is JobStatus.INCOMPLETE
    assert job.story == (f"rfc5005: archive document 3 answers {status}: what is older is not there any more",)
    assert len(walk.rows()) == 30


def test_a_circle_is_noticed() -> None:
    """B-04: a document asked for before is not asked for again."""
    site = Chain(url=URL, loop=True)
    job = walking(f"{URL}feed", {URL: site}).job()
    assert job.status is JobStatus.INCOMPLETE
    assert job.story == ("rfc5005: the links lead in a circle after 5 documents",)
    assert site.asked == [4, 3, 2, 1, 0]


def test_a_chain_without_end_is_left() -> None:
    """B-04: a thousand documents are enough."""
    site = Chain(url=URL, count=1100, size=1)
    job = walking(f"{URL}feed", {URL: site}).job()
    assert job.status is JobStatus.INCOMPLETE
    assert job.story == ("rfc5005: more than 1000 documents; the rest is not read",)
    assert len(site.asked) == 1000


def test_what_was_read_before_ends_the_walk() -> None:
    """B-04: sealed documents do not change, so a later job stops at the first one it knows."""
    site = Chain(url=URL)
    walk = walking(f"{URL}feed", {URL: site})
    walk.job()
    site.asked.clear()
    site.count = 70
    walk.poll()
    job = walk.job()
    assert (job.status, job.story) == (JobStatus.DONE, ("rfc5005: after 1 documents, what is older was read before",))
    assert site.asked == [5]


def forget_links(walk: Walk) -> None:
    """The state as an older version of the program left it, which did not remember where a feed links to."""
    _, state = walk.home.store.sources.get(FEED)
    profile = FeedProfile(title=state.profile.title)
    walk.home.store.ledger.record(record(replace(state, profile=profile), at=walk.home.clock.at))


def test_a_feed_read_before_links_were_remembered_is_asked_once() -> None:
    """B-01: its links are looked for in the feed itself, whose entries are left to polls."""
    walk = walking(f"{URL}feed", {URL: Chain(url=URL)})
    forget_links(walk)
    job = walk.job(Strategy.RFC5005)
    assert (job.status, job.new) == (JobStatus.DONE, 50)
    assert [url for _, url in walk.asked].count(f"{URL}feed") == 2


def test_the_one_unconditional_request_of_a_day_is_not_spent_twice() -> None:
    """H-09: where the server gives validators, a feed asked without them today is not asked so again for its links."""
    walk = walking(f"{URL}feed", {URL: Chain(url=URL, etag='"1"')})
    _, state = walk.home.store.sources.get(FEED)
    spent = replace(state, unconditional_at=walk.home.clock.at)
    walk.home.store.ledger.record(record(spent, at=walk.home.clock.at))
    forget_links(walk)
    job = walk.job(Strategy.RFC5005)
    assert (job.status, job.note) == (JobStatus.INCOMPLETE, "no way to the past of this feed is known")
    walk.home.later(days=1, minutes=1)
    assert walk.job(Strategy.RFC5005).status is JobStatus.DONE
    assert walk.home.store.sources.get(FEED)[1].unconditional_at is not None


@pytest.mark.parametrize("most", [25, 100, 500])
def test_blogger_by_its_real_count(most: int) -> None:
    """B-06: a hundred are wanted; what the server gives is counted, and its index followed to the end."""
    walk = walking(f"{URL}feeds/posts/default", {URL: Blogger(url=URL, most=most)})
    job = walk.job()
    assert (job.status, job.strategy) == (JobStatus.DONE, Strategy.BLOGGER)
    assert (len(walk.rows()), walk.told()) == (90, 25)
    assert {row.outcome.value for row in walk.rows()} == {"new"}


def test_blogger_windows_where_the_index_ends_early() -> None:
    """B-06: beyond the reach of the index, windows of dates go on until one shows nothing older."""
    walk = walking(f"{URL}feeds/posts/default", {URL: Blogger(url=URL, most=10, reach=30)})
    job = walk.job()
    assert job.status is JobStatus.DONE
    assert len(walk.rows()) == 90


def test_robots_txt_that_fails_closes_everything_for_a_day() -> None:
    """H-67: a server that cannot say what it allows allows nothing; the job waits for it, a week at most."""
    broken = [True]

    def tell(asked: Asked) -> Told:
        return Told(status=500) if asked.path == "/robots.txt" and broken[0] else site(asked)

    site = Chain(url=URL)
    walk = walking(f"{URL}feed", {URL: tell})
    job = walk.job()
    assert job.status is JobStatus.RESTING
    assert job.note == f"{URL}robots.txt cannot be read, so nothing there may be asked"
    assert site.asked == []
    broken[0] = False
    walk.home.later(days=1, minutes=1)
    job = walk.walk(replace(job, status=JobStatus.QUEUED, next_at=None))
    assert (job.status, job.new) == (JobStatus.DONE, 50)


def test_a_robots_txt_that_stays_broken_ends_the_way() -> None:
    """H-67: after a week nothing is waited for any more, and the report says why nothing was found."""
    site = Chain(url=URL)
    walk = walking(f"{URL}feed", {URL: lambda asked: site(asked) if asked.path == "/feed" else Told(status=502)})
    job = walk.job()
    for _ in range(60):
        if not job.status.open:
            break
        walk.home.later(days=1, minutes=1)
        job = walk.walk(replace(job, status=JobStatus.QUEUED, next_at=None))
    assert job.status is JobStatus.INCOMPLETE
    assert "robots.txt cannot be read" in job.story[-1]


def test_nothing_follows_from_what_a_page_of_history_leaves_out() -> None:
    """D-26, B-08: even one that calls itself complete is a part of the past, by which no entry counts as withdrawn."""
    whole = Document(version="rss20", encoding="utf-8", feed=FeedProfile(), entries=(), complete=True)
    assert (placed(whole).partial, placed(whole).complete) == (True, False)
