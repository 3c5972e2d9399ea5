"""The past of a WordPress: by REST, by page, by month; refusals, bad habits, rests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.model import FeedId, JobStatus, Provenance, Strategy
from aggregator.store.chain import first_broken
from tests.pasts.server import HTML, Asked, Told
from tests.pasts.walking import SPACING, Walk, walking
from tests.pasts.wordpress import Post, WordPress, posts
from tests.pipeline.fakes import FEED

URL = "https://mossgate.example/"
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


def wordpress(**habits: object) -> WordPress:
    return WordPress(url=URL, all_posts=posts(URL), **habits)  # type: ignore[arg-type]


def past(site: WordPress, **others: object) -> Walk:
    return walking(f"{URL}feed/", {URL: site}, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_all_posts_by_rest_and_none_announced(kind: str, tmp_path: Path) -> None:
    """B-05, R-35: 137 posts are held completely, the ten of the live feed are known, nobody is told of the others."""
    walk = past(wordpress(), path=tmp_path / "archive.db" if kind == "sqlite" else None)
    job = walk.job()
    assert (job.status, job.strategy) == (JobStatus.DONE, Strategy.WP_REST)
    assert (job.new, job.known, job.recalled, job.pages) == (127, 10, 0, 2)
    assert len(walk.rows()) == 137
    assert walk.told() == 10
    assert job.oldest == posts(URL)[0].at
    assert first_broken(walk.home.store.catalogue.journal(0, 10_000)) is None
    assert len(walk.home.store.chains.events(0, 10_000)) == 137


def test_a_post_hashes_alike_by_rest_and_by_feed() -> None:
    """B-10: title, body, link and author give the same hashes whichever way the post came."""
    site = wordpress()
    by_rest = past(site)
    by_rest.job(Strategy.WP_REST)
    by_page = past(site)
    by_page.job(Strategy.WP_PAGED)
    hashes = [
        {row.key: [each.revision_hash for each in walk.home.store.catalogue.revisions(str(row.entry_id))]
         for row in walk.rows()}
        for walk in (by_rest, by_page)
    ]  # fmt: skip
    assert len(hashes[0]) == 137
    assert hashes[0] == hashes[1]


def test_by_page_where_rest_is_closed() -> None:
    """B-01, B-05: the next way is taken where one does not exist; the pages end with a 404."""
    walk = past(wordpress(rest=False))
    job = walk.job()
    assert (job.status, job.strategy, job.new) == (JobStatus.DONE, Strategy.WP_PAGED, 127)
    assert walk.told() == 10
    rows = {row.first_seen_at for row in walk.rows()}
    assert len(rows) > 2


def test_by_month_where_pages_are_missing() -> None:
    """B-01: month by month, until two years are empty."""
    walk = past(wordpress(rest=False, paged=False))
    job = walk.job(Strategy.WP_MONTHS)
    assert (job.status, job.new) == (JobStatus.DONE, 127)
    assert job.story == ("wp-months: nothing in 24 months before 2017-03",)
    assert walk.told() == 10


def test_a_page_of_html_stops_the_job_where_it_is() -> None:
    """B-02: reported precisely after three tries, with what was read kept; a day later it goes on from that page."""
    site = wordpress(html_at=2)
    walk = past(site)
    job = walk.job(Strategy.WP_REST)
    assert job.status is JobStatus.RESTING
    assert job.note == ("page 2 of 2: cannot be read: a web page titled “Down for maintenance”, not a feed")
    assert (job.new, len(walk.rows())) == (100, 110)
    assert job.next_at == walk.home.clock.at + timedelta(days=1)
    site.html_at = None
    walk.home.later(days=1, seconds=2)
    job = walk.walk(walk.desk.jobs.put(_queued(walk, job.number)))
    assert (job.status, job.new, len(walk.rows())) == (JobStatus.DONE, 127, 137)


def test_a_page_that_stays_unreadable_ends_its_way() -> None:
    """B-01: the second stop at one place ends the way, and the next one is taken."""
    walk = past(wordpress(html_at=2))
    job = walk.job()
    walk.home.later(days=1, seconds=2)
    job = walk.walk(_queued(walk, job.number))
    assert job.status is JobStatus.RESTING
    walk.home.later(days=1, seconds=2)
    job = walk.walk(_queued(walk, job.number))
    assert (job.status, job.strategy) == (JobStatus.DONE, Strategy.WP_PAGED)
    assert job.story[0].startswith("wp-rest: page 2 of 2: cannot be read")
    assert len(walk.rows()) == 137


def _queued(walk: Walk, number: int):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    job = next(job for job in walk.desk.jobs.due(walk.home.clock.at) if job.number == number)
    return replace(job, status=JobStatus.QUEUED, next_at=None)


def test_page_one_for_ever_is_noticed() -> None:
    """B-05: a server that pays no heed to the number is left after one repetition, on every way."""
    walk = past(wordpress(stuck=True))
    job = walk.job()
    assert job.status is JobStatus.INCOMPLETE
    assert job.story[0] == "wp-rest: page 2 repeats page 1: this server pays no heed to the number"
    assert job.story[1].startswith("wp-paged: page 3 repeats page 2")
    assert "pays no heed to months" in job.story[2]
    assert len([url for _, url in walk.asked if "paged=" in url and "/feed/?" in url]) == 2


@pytest.mark.parametrize(("status", "left"), [(403, True), (429, False)])
def test_a_refusal_stops_the_job_for_a_day(status: int, left: bool) -> None:
    """B-02: one answer is enough; 403 ends the way as well, 429 does not."""
    walk = past(wordpress(refuse=status))
    job = walk.job(Strategy.AUTO)
    assert job.status is JobStatus.RESTING
    assert job.next_at is not None
    assert job.next_at - walk.home.clock.at >= timedelta(hours=24)
    assert (job.strategy is not Strategy.WP_REST) == left
    assert len([url for _, url in walk.asked if "wp-json" in url]) == 1


def test_retry_after_is_obeyed_and_spares_the_live_feed() -> None:
    """B-02, H-48: longer than a day where the server says so, and the whole host is left alone meanwhile."""
    walk = past(wordpress(refuse=429, retry_after=str(3 * 86_400)))
    job = walk.job(Strategy.WP_REST)
    assert job.next_at is not None
    assert job.next_at - walk.home.clock.at >= timedelta(days=3)
    cooling = walk.home.store.sources.cooling(FEED)
    assert cooling.until is not None
    assert cooling.until - walk.home.clock.at >= timedelta(days=2, hours=23)


def test_robots_txt_is_obeyed_in_full() -> None:
    """H-67: what nobody typed is asked only where robots.txt lets everybody; the other ways are still open."""
    walk = past(wordpress(robots="User-agent: *\nDisallow: /wp-json/\n"))
    job = walk.job()
    assert job.story[0] == "wp-rest: robots.txt of mossgate.example keeps programs away from it"
    assert (job.status, job.strategy) == (JobStatus.DONE, Strategy.WP_PAGED)
    assert not [url for _, url in walk.asked if "wp-json" in url]


def test_nothing_is_asked_where_everything_is_closed() -> None:
    """H-67: a closed site ends every way without a request."""
    walk = past(wordpress(robots="User-agent: *\nDisallow: /\n"))
    job = walk.job()
    assert job.status is JobStatus.INCOMPLETE
    assert [url for _, url in walk.asked] == [f"{URL}feed/", f"{URL}robots.txt"]


def test_thirty_seconds_between_two_requests() -> None:
    """B-02: start to start, robots.txt included, and every request is a row in the politeness ledger."""
    walk = past(wordpress(rest=False))
    walk.job()
    times = [at for at, _ in walk.asked][1:]
    assert min(later - sooner for sooner, later in pairwise(times)) >= SPACING
    lines = walk.home.store.catalogue.polls(FeedId(FEED), 100)
    backfilled = [line for line in lines if line.outcome == "backfilled"]
    assert len(backfilled) == len(walk.asked) - 2
    assert all(line.reason for line in backfilled)


def test_five_hundred_a_day() -> None:
    """B-02: the budget of a host ends at midnight UTC."""
    site = WordPress(url=URL, all_posts=posts(URL, 700), window=1, rest=False)
    walk = past(site)
    walk.home.clock.at = NOW.replace(hour=0, minute=1)
    job = walk.job(Strategy.WP_PAGED)
    assert job.status is JobStatus.DONE
    days = [at.date() for at, url in walk.asked if "paged" in url or "robots" in url]
    assert days.count(NOW.date()) == 500


def test_a_live_poll_goes_first() -> None:
    """B-02: no request for the past while a poll of the host is due within a minute."""
    walk = past(wordpress(), live=True)
    due = walk.home.store.sources.get(FEED)[1].next_poll_at
    assert due is not None
    now = due - timedelta(seconds=40)
    assert walk.desk.pace.ready_at(f"{URL}feed/", now) > due
    assert walk.desk.pace.ready_at(f"{URL}feed/", due - timedelta(seconds=90)) == due - timedelta(seconds=90)


def test_a_platform_that_is_always_polled_starves_nobody() -> None:
    """B-02: where polls of other feeds of the host are due all the time, one request for the past gets a turn after ten
    minutes, and then waits again."""
    walk = past(wordpress(), live=True)
    due = walk.home.store.sources.get(FEED)[1].next_poll_at
    assert due is not None
    pace, url, now = walk.desk.pace, f"{URL}feed/", due
    while pace.ready_at(url, now) > now:
        now += timedelta(seconds=20)
    assert now - due == timedelta(minutes=10)
    assert pace.take(url, now)
    assert pace.ready_at(url, now + timedelta(minutes=2)) > now + timedelta(minutes=2)


def test_what_was_published_since_the_last_poll_is_left_to_it() -> None:
    """R-35: an entry that the live feed has not had yet must still be announced."""
    site = wordpress()
    walk = past(site)
    site.all_posts.append(
        Post(number=200, at=walk.home.clock.at - timedelta(minutes=5), title="Fresh", content="<p>Fresh news.</p>")
    )
    job = walk.job()
    assert (job.status, job.new) == (JobStatus.DONE, 127)
    walk.poll()
    assert walk.told() == 11


def test_since_bounds_the_search() -> None:
    """B-05: REST asks for what is younger only; pages end with the first that is older."""
    all_posts = posts(URL)
    since = all_posts[99].at
    by_rest = past(wordpress())
    assert by_rest.job(Strategy.WP_REST, since).new == 27
    by_page = past(wordpress())
    job = by_page.job(Strategy.WP_PAGED, since)
    assert job.status is JobStatus.DONE
    assert job.story == (f"wp-paged: reached {since:%d %B %Y}",)
    assert 27 <= job.new <= 47


def test_the_feed_of_a_category_is_not_filled_from_the_whole_site() -> None:
    """B-01: REST tells the posts of all categories; only the pages of the feed itself will do."""

    def tell(asked: Asked) -> Told:
        if asked.path == "/category/roads/feed/":
            return site(Asked(path="/feed/", query=asked.query, whole=asked.whole))
        return site(asked)

    site = wordpress()
    walk = walking(f"{URL}category/roads/feed/", {URL: tell})
    job = walk.job()
    assert (job.status, job.strategy) == (JobStatus.DONE, Strategy.WP_PAGED)
    assert not [url for _, url in walk.asked if "wp-json" in url]


def test_a_page_too_large_is_asked_for_in_parts() -> None:
    """B-05: the place is kept, the pages are smaller."""
    site = wordpress()

    def tell(asked: Asked) -> Told:
        if asked.query.get("per_page") == "100":
            return Told(body="[" + " " * 70_000_000 + "]", kind="application/json")
        return site(asked)

    walk = walking(f"{URL}feed/", {URL: tell})
    job = walk.job(Strategy.WP_REST)
    assert (job.status, job.new, job.pages) == (JobStatus.DONE, 127, 7)


def test_provenance_is_kept_and_shown() -> None:
    """B-08: each version says how it came to be known."""
    walk = past(wordpress())
    walk.job()
    catalogue = walk.home.store.catalogue
    found = {catalogue.revisions(str(row.entry_id))[0].provenance for row in walk.rows() if not row.emitted}
    assert found == {Provenance.WP_REST}


def test_a_site_that_is_no_wordpress_is_not_taken_for_one() -> None:
    """B-05: without a confirmation nothing is guessed."""
    walk = walking(f"{URL}feed/", {URL: _plain})
    job = walk.job()
    assert job.status is JobStatus.INCOMPLETE
    assert job.note == "no way to the past of this feed is known"


def _plain(asked: Asked) -> Told:
    if asked.path == "/feed/":
        site = wordpress()
        told = site(asked)
        return Told(body=told.body.replace("https://wordpress.org/?v=6.4", "By hand"), kind=told.kind)
    return Told(body="<html><body>Welcome</body></html>", kind=HTML, status=200 if asked.path == "/" else 404)
