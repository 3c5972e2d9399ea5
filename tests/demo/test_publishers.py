"""Each made-up publisher behaves like the kind of site it stands for, and answers the same for the same second."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import feedparser
import pytest

from demo.publishers import PUBLISHERS, Answer, Ask, Place, councillor, parish

START = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
PLACE = Place(base="http://127.0.0.1:9", start=START)
BY_ID = {publisher.id: publisher for publisher in PUBLISHERS}


def ask(publisher: str, path: str | None = None, elapsed: float = 0.0, **headers: str) -> Answer:
    """One request; ``headers`` with underscores for hyphens."""
    one = BY_ID[publisher]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    path, _, query = (path or one.feed).partition("?")
    pairs = dict(pair.split("=") for pair in query.split("&") if pair)
    return one.render(Ask(path=path, query=pairs, headers=named, elapsed=elapsed), PLACE)


def entries(answer: Answer) -> list[feedparser.FeedParserDict]:
    """The entries of a sound feed."""
    document = feedparser.parse(io.BytesIO(answer.body))
    assert not document.bozo, document.get("bozo_exception")
    return list(document.entries)


@pytest.mark.parametrize("publisher", [one.id for one in PUBLISHERS if one.id != "friends"])
@pytest.mark.parametrize("elapsed", [0.0, 10.0, 60.0])
def test_every_feed_is_sound_and_pure(publisher: str, elapsed: float) -> None:
    """A well-formed feed with entries, byte for byte the same when asked again, newest first."""
    answer = ask(publisher, elapsed=elapsed)
    assert answer == ask(publisher, elapsed=elapsed)
    found = entries(answer)
    assert found
    assert all(entry.title and entry.link for entry in found)
    if publisher != "committees":
        dates = [entry.published_parsed for entry in found]
        assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("publisher", ["council", "gazette", "penketh", "northshore", "parish"])
def test_validators_work(publisher: str) -> None:
    """H-02: 304 for the validators just received, with them and without a body; 200 after a change."""
    first = ask(publisher)
    etag, modified = first.header("ETag"), first.header("Last-Modified")
    assert etag
    assert modified
    again = ask(publisher, if_none_match=etag)
    assert (again.status, again.body, again.header("ETag")) == (304, b"", etag)
    assert ask(publisher, if_modified_since=modified).status == 304
    assert ask(publisher, if_none_match='"other"', if_modified_since=modified).status == 200
    assert ask(publisher, elapsed=60, if_none_match=etag, if_modified_since=modified).status == 200


def test_wordpress_pages_its_feed() -> None:
    """B-05: ten a page, ``?paged=2`` goes on where the first ended, 404 past the end."""
    first, second = entries(ask("penketh")), entries(ask("penketh", "/feed/?paged=2"))
    assert len(first) == councillor.PER_PAGE
    assert second
    assert not {entry.id for entry in first} & {entry.id for entry in second}
    assert ask("penketh", "/feed/?paged=3").status == 404


def test_wordpress_guids_are_no_permalinks() -> None:
    """``?p=N`` leads to the post by 301; REST is announced; the body is content:encoded, not the cut description."""
    answer = ask("penketh")
    entry = entries(answer)[0]
    assert not entry.guidislink
    moved = ask("penketh", "/" + entry.id.removeprefix(PLACE.base + "/"))
    assert (moved.status, moved.header("Location")) == (301, entry.link)
    assert 'rel="https://api.w.org/"' in (answer.header("Link") or "")
    assert len(entry.content[0].value) > len(entry.summary)


def test_wordpress_month_archives_agree_with_the_feed() -> None:
    """The HTML archive and the feed of a month hold the same posts; a month without posts is 404."""
    feed, page = entries(ask("penketh", "/2026/06/feed/")), ask("penketh", "/2026/06/")
    assert feed
    assert b"Monthly Archives" in page.body
    assert [entry.link.encode() in page.body for entry in feed] == [True] * len(feed)
    assert page.body.count(b"<article") == len(feed)
    assert ask("penketh", "/2019/01/").status == ask("penketh", "/2019/01/feed/").status == 404


def test_the_council_names_the_zone() -> None:
    """P-32: dates in summer say BST, and the guid is the permalink."""
    answer = ask("council", elapsed=10)
    assert b"10:00:06 BST</pubDate>" in answer.body
    entry = entries(answer)[0]
    assert entry.id == entry.link


def test_the_paper_reprints_and_corrects() -> None:
    """The reprint has the release's words under another guid and address; the correction keeps its guid."""
    release = entries(ask("council", elapsed=20))[0]
    before, after = entries(ask("gazette", elapsed=18)), entries(ask("gazette", elapsed=19))
    reprint = before[0]
    assert (reprint.title, reprint.summary) == (release.title, release.summary)
    assert reprint.link != release.link
    assert "utm_source=rss" in reprint.link
    old, new = (next(e for e in found if "kettles" in e.title) for found in (before, after))
    assert (old.id, old.published) == (new.id, new.published)
    assert ("£500" in old.title, "£900" in new.title) == (True, True)


def test_the_broadcaster_changes_its_guid_with_each_edit() -> None:
    """The link and the title stay, ``#0`` becomes ``#1`` and then ``#2``, and the summary differs each time."""
    shown = [entries(ask("northshore", elapsed=elapsed))[0] for elapsed in (10, 25, 40)]
    assert [entry.id.rpartition("#")[2] for entry in shown] == ["0", "1", "2"]
    assert len({entry.link for entry in shown}) == len({entry.title for entry in shown}) == 1
    assert len({entry.summary for entry in shown}) == 3


def test_the_committees_have_no_validators() -> None:
    """Modern.gov: no ETag, no Last-Modified, never 304; the identity stands in the query."""
    answer = ask("committees", if_none_match="*")
    assert answer.status == 200
    assert answer.header("ETag") is answer.header("Last-Modified") is None
    links = [entry.link for entry in entries(answer)]
    assert len({link.split("?")[0] for link in links}) == 1
    assert len(set(links)) == len(links)


def test_the_parish_goes_down_and_comes_back() -> None:
    """H-48, P-01: 503 with Retry-After, then HTML with 200, then the feed with all it had before."""
    before = entries(ask("parish", elapsed=parish.DOWN - 0.1))
    down = ask("parish", elapsed=parish.DOWN)
    assert (down.status, down.header("Retry-After")) == (503, str(parish.RETRY_AFTER))
    broken = ask("parish", elapsed=parish.BROKEN)
    assert (broken.status, broken.header("Content-Type")) == (200, "text/html; charset=utf-8")
    after = entries(ask("parish", elapsed=parish.BACK))
    assert {entry.id for entry in before} <= {entry.id for entry in after}


def test_the_friends_have_moved() -> None:
    """H-40: 301 from every old address to the new feed, which is a feed."""
    moved = ask("friends")
    assert moved.status == 301
    target = (moved.header("Location") or "").removeprefix(PLACE.base)
    assert entries(ask("friends", target))


@pytest.mark.parametrize("publisher", [one.id for one in PUBLISHERS])
def test_links_lead_to_pages(publisher: str) -> None:
    """Each entry's link answers with an HTML page, an unknown address with 404."""
    feed = ask(publisher, "/news/feed.atom" if publisher == "friends" else None)
    for entry in entries(feed):
        page = ask(publisher, entry.link.removeprefix(PLACE.base))
        assert page.status == 200
        assert page.body.startswith(b"<!doctype html>")
    assert ask(publisher, "/nowhere-at-all").status == 404
