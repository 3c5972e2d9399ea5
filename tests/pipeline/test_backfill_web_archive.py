"""The past from a web archive: lists with resumption keys, captures as versions of their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model import JobStatus, Provenance, Source, Strategy
from tests.pasts.feeds import Snapshot, WebArchive, snapshots
from tests.pasts.server import HTML, Told
from tests.pasts.walking import Walk, walking
from tests.pasts.wordpress import WordPress, posts, rss
from tests.pipeline.fakes import FEED

URL, ARCHIVE = "https://mossgate.example/", "https://archive.example/"


def past(archive: WebArchive, **habits: object) -> Walk:
    site = WordPress(url=URL, all_posts=posts(URL, 60), rest=False, paged=False, **habits)  # type: ignore[arg-type]
    return walking(f"{URL}feed/", {URL: site, ARCHIVE: archive}, web_archive=ARCHIVE)


def archive(**habits: object) -> WebArchive:
    return WebArchive(url=ARCHIVE, kept=snapshots(URL, posts(URL, 60)), **habits)  # type: ignore[arg-type]


def test_every_capture_once_and_none_announced() -> None:
    """B-07, B-08, R-35: lists go on by their keys; entries have their own dates, versions the time of the capture."""
    kept = archive()
    walk = past(kept)
    job = walk.job(Strategy.WAYBACK)
    assert (job.status, job.new) == (JobStatus.DONE, 50)
    assert kept.read == [one.stamp for one in kept.kept]
    assert walk.told() == 10
    first = walk.rows()[-1]
    versions = walk.home.store.catalogue.revisions(str(first.entry_id))
    assert [each.provenance for each in versions] == [Provenance.WAYBACK]
    assert first.published_at == posts(URL, 60)[0].at
    assert first.first_observed_at == kept.kept[0].at == versions[0].observed_at
    assert first.first_seen_at > first.first_observed_at


def test_the_same_body_is_read_once() -> None:
    """B-07: archives join only neighbours; a digest met before is passed over, in a later list too."""
    kept = archive()
    twins = [
        Snapshot(at=one.at + timedelta(days=1), body=one.body, digest=one.digest, url=one.url) for one in kept.kept
    ]
    kept.kept = sorted([*kept.kept, *twins], key=lambda one: one.stamp)
    walk = past(kept)
    job = walk.job(Strategy.WAYBACK)
    assert job.status is JobStatus.DONE
    assert len(kept.read) == len(kept.kept) / 2


def test_an_older_text_is_kept_as_a_version_of_its_time() -> None:
    """B-08: what an entry said before anybody followed the feed, and nothing of it changes what is shown."""
    kept = archive()
    every = posts(URL, 60)
    shown = every[-1]
    at = shown.at + timedelta(hours=1)
    draft = rss(URL, [shown]).replace("mend 60 street lamps", "mend 90 street lamps")
    kept.kept.append(Snapshot(at=at, body=draft, digest="DRAFT", url=f"{URL}feed/"))
    walk = past(kept)
    before = walk.home.store.catalogue.entry("10")
    job = walk.job(Strategy.WAYBACK)
    after = walk.home.store.catalogue.entry("10")
    assert job.recalled == 1
    versions = walk.home.store.catalogue.revisions("10")
    assert [("90 street" in each.content, each.displayed) for each in versions] == [(True, False), (False, True)]
    assert (after.content, after.updated_at, after.published_at) == (
        before.content,
        before.updated_at,
        before.published_at,
    )
    assert after.first_observed_at == at


def test_the_latest_of_several_captures_is_shown() -> None:
    """B-08: of an entry that the live feed never had, each wording is a version, and the last one is what it says."""
    kept = archive()
    every = posts(URL, 60)
    edited = rss(URL, [every[0]]).replace("mend 1 street lamps", "mend 2 street lamps")
    at = kept.kept[-1].at + timedelta(days=1)
    kept.kept.append(Snapshot(at=at, body=edited, digest="EDIT", url=f"{URL}feed/"))
    walk = past(kept)
    walk.job(Strategy.WAYBACK)
    row = walk.rows()[-1]
    assert "mend 2 street lamps" in row.content
    assert not row.emitted
    versions = walk.home.store.catalogue.revisions(str(row.entry_id))
    assert [(each.number, each.displayed) for each in versions] == [(1, True), (2, True)]
    assert walk.told() == 10


def test_captures_that_are_no_feeds_are_passed_over() -> None:
    """B-07: a web page kept under the feed's address costs nothing but its request."""
    kept = archive()
    page = "<html><title>Moved</title></html>"
    at = kept.kept[2].at + timedelta(hours=1)
    kept.kept.insert(3, Snapshot(at=at, body=page, digest="PAGE", url=f"{URL}feed/"))
    kept.kept.insert(
        5, Snapshot(at=kept.kept[4].at + timedelta(hours=1), body=page, digest="P", url=f"{URL}feed/", kind=HTML)
    )
    job = past(kept).job(Strategy.WAYBACK)
    assert (job.status, job.new) == (JobStatus.DONE, 50)


def test_a_timemap_where_there_is_no_cdx() -> None:
    """B-07: other archives speak RFC 7089."""
    kept = archive(cdx=False)
    job = past(kept).job(Strategy.WAYBACK)
    assert (job.status, job.new) == (JobStatus.DONE, 50)


def test_a_key_that_never_changes_ends_the_list() -> None:
    """B-07: an archive that gives the same key for ever is not asked for ever."""
    kept = archive(stuck_key=True)
    walk = past(kept)
    job = walk.job(Strategy.WAYBACK)
    assert job.status is JobStatus.DONE
    assert len(walk.asked) < 80


def test_429_stops_at_once_and_goes_on_a_day_later() -> None:
    """B-02, B-07: the capture that was refused is asked for again, those before it are not."""
    kept = archive(refuse_after=4)
    walk = past(kept)
    job = walk.job(Strategy.WAYBACK)
    assert job.status is JobStatus.RESTING
    assert len(kept.read) == 5
    kept.refuse_after = None
    walk.home.later(days=1, seconds=5)
    job = walk.walk(replace(job, status=JobStatus.QUEUED, next_at=None))
    assert (job.status, job.new) == (JobStatus.DONE, 50)
    assert kept.read.count(kept.kept[4].stamp) == 2
    assert len(kept.read) == len(kept.kept) + 1


def test_it_fills_what_the_publisher_does_not_give() -> None:
    """B-01: of captures only those are read that can hold what is older than everything held, and the history is not
    called complete on the word of a web archive."""
    kept = archive()
    walk = past(kept, stuck=True)
    job = walk.job()
    assert job.strategy is Strategy.WAYBACK
    assert job.status is JobStatus.INCOMPLETE
    assert job.story[-1].startswith("wayback: ")
    assert job.note == "every way was tried; the web archive was read to its end, so more is not to be had"
    assert len(walk.rows()) >= 58


def test_hostile_lists_name_no_other_host() -> None:
    """B-07: whatever a list says, only the configured archive is asked, and only for what can be a capture."""
    kept = archive(
        forged=[
            "20200101000000 http://evil.example/a b 200 text/xml D 9",
            "20200101000000 javascript:alert(1) 200 text/xml E 9",
            "20200101000000 http://x@evil.example/ 200 text/xml F 9",
            "20201301000000 http://evil.example/ 200 text/xml G 9",
            "../../etc http://evil.example/ 200 text/xml H 9",
            "20200101000000 http://evil.example/ 404 text/xml I 9",
            "20200101000000",
        ]
    )
    walk = past(kept)
    job = walk.job(Strategy.WAYBACK)
    assert (job.status, job.new) == (JobStatus.DONE, 50)
    assert {url.split("/")[2] for _, url in walk.asked} == {"mossgate.example", "archive.example"}
    assert not [url for _, url in walk.asked if "evil" in url]


def test_a_feed_that_is_dead_has_a_past_all_the_same() -> None:
    """B-07: a feed that could never be read is looked for in the web archive, if that is asked for."""
    kept = archive()
    walk = walking(f"{URL}feed/", {URL: lambda _asked: Told(status=404), ARCHIVE: kept}, web_archive=ARCHIVE)
    with pytest.raises(StoreError, match="--strategy wayback"):
        walk.job()
    job = walk.job(Strategy.WAYBACK)
    assert (job.status, job.new, walk.told()) == (JobStatus.DONE, 58, 0)


def test_addresses_the_feed_had_before_are_looked_for_too() -> None:
    """B-07: captures lie under the address that the feed had then."""
    kept = archive()
    old = "http://news.old.example/rss"
    kept.kept = [replace(one, url=old) for one in kept.kept]
    site = WordPress(url=URL, all_posts=posts(URL, 60), rest=False, paged=False)
    hosts = {"http://news.old.example/": lambda _asked: Told(status=404), URL: site, ARCHIVE: kept}
    walk = walking(old, hosts, web_archive=ARCHIVE)
    walk.home.store.sources.sync([Source(id=FEED, url=f"{URL}feed/")], walk.home.clock.at)
    walk.poll()
    job = walk.job(Strategy.WAYBACK)
    assert (job.status, job.new) == (JobStatus.DONE, 50)
