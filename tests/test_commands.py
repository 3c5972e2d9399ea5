"""The real command on the made-up publishers: what a newcomer types, and what programs rely on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from tests.farm import World, world


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world after its first round of polls."""
    with world(tmp_path_factory.mktemp("world")) as place:
        place.run("poll", "--all")
        yield place


def published(place: World) -> dict[str, bytes]:
    """Every published file."""
    return {
        str(path.relative_to(place.public)): path.read_bytes() for path in place.public.rglob("*") if path.is_file()
    }


def test_first_round_tells_a_line_a_feed_and_a_summary(tmp_path: Path) -> None:
    """`poll` prints a line for each feed and a summary."""
    with world(tmp_path) as place:
        lines = place.run("poll", "--all").stdout.splitlines()
        assert len(lines) == len(place.farm.publishers) + 1
        assert "7 polled" in lines[-1]


def test_a_second_round_on_an_unchanged_world_changes_nothing(polled: World) -> None:
    """Only conditional requests where a validator is known, no revision, every published file byte-identical."""
    before, seen = published(polled), len(polled.farm.asked)
    journal = rows(polled, "SELECT count(*) FROM journal")
    result = polled.json("poll", "--all")
    assert result["summary"]["new"] == result["summary"]["revised"] == result["summary"]["duplicates"] == 0
    assert rows(polled, "SELECT count(*) FROM journal") == journal
    assert published(polled) == before
    for asked in polled.farm.asked[seen:]:
        first = next(one for one in polled.farm.asked if one.publisher == asked.publisher and one.status == 200)
        gave = {"council", "gazette", "penketh", "northshore", "parish", "friends"}
        if first.publisher in gave and asked.path == first.path:
            assert {"if-none-match", "if-modified-since"} & set(asked.headers), asked


def rows(place: World, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{place.data / 'archive.db'}?mode=ro", uri=True) as reader:
        return reader.execute(query).fetchall()


def test_no_request_carries_what_it_should_not(polled: World) -> None:
    """H-60, H-62: an honest name with a contact; no cookie, no referer, no added parameter."""
    for asked in polled.farm.asked:
        assert asked.headers["user-agent"].startswith("Aggregator/")
        assert "+http" in asked.headers["user-agent"]
        assert not {"cookie", "referer"} & set(asked.headers)


def test_the_combined_feed_reads_well(polled: World) -> None:
    """A real client reads the merged feed: ids unique, every entry with a source, a link and a date."""
    feed = feedparser.parse((polled.public / "feed.atom").read_bytes())
    assert not feed.bozo
    ids = [entry.id for entry in feed.entries]
    assert len(ids) == len(set(ids)) > 20
    assert all(entry.link and entry.published and entry.source.title for entry in feed.entries)


def test_feeds_list_in_plain_words(polled: World) -> None:
    """`feeds list --json` gives the promised keys."""
    found = {row["id"]: row for row in polled.json("feeds", "list")}
    # The farm's entries are of a fixed day, this is today: a feed that stopped on that day is told as such.
    assert found["council"]["status"] in ("healthy", "quiet", "stale")
    assert found["council"]["entries"] > 0
    promised = {
        "id",
        "title",
        "url",
        "status",
        "status_text",
        "http_status",
        "entries",
        "next_poll_at",
        "last_success_at",
    }
    assert promised <= set(found["council"])
    assert "council" in polled.run("feeds", "list").stdout
    assert polled.json("feeds", "show", "parish")["uuid"]


def test_entries_entry_and_history(polled: World) -> None:
    """What is listed can be shown, with all its versions."""
    listed = polled.json("entries", "--limit", "500")
    assert len(listed) == rows(polled, "SELECT count(*) FROM entries")[0][0]
    one = polled.json("entry", str(listed[0]["id"]))
    assert one["title"] == listed[0]["title"]
    assert one["reason"]
    assert polled.json("entry", one["public_id"])["id"] == one["id"]
    assert len(polled.json("history", str(one["id"]))) == one["revisions"]
    assert one["title"] in polled.run("entry", str(one["id"])).stdout
    few = polled.json("entries", "--feed", "council", "--limit", "2")
    assert [row["feed_id"] for row in few] == ["council", "council"]


def test_parse_and_try(polled: World) -> None:
    """`parse` reads a file without a network; `try` asks a live address and stores nothing."""
    before = rows(polled, "SELECT count(*) FROM polls")
    result = polled.json("parse", str(polled.public / "feed.rss"), "--url", "http://news.example/feed.rss")
    assert set(result["entries"][0]) >= {"id", "title", "link", "authors", "published", "updated", "summary", "content"}
    assert result["problems"] == []
    known = polled.json("try", polled.farm.urls["committees"])
    assert {change["outcome"] for change in known["changes"]} <= {"seen"}
    assert known["server"]["status"] in {200, 304}
    refused = polled.json("try", polled.farm.urls["council"].rpartition("/")[0] + "/no-such-page", status=1)
    assert refused["server"]["status"] == 404
    assert rows(polled, "SELECT count(*) FROM polls") == before


def test_a_broken_configuration_polls_nothing(tmp_path: Path) -> None:
    """All mistakes at once, with line and suggestion; exit status 1; not one request."""
    with world(tmp_path) as place:
        place.config.write_text(place.config.read_text() + "\n[server]\nprot = 1\n")
        feeds = place.config.parent / "feeds.toml"
        feeds.write_text(feeds.read_text() + '\n[odd]\nurl = "gopher://x.example/"\nrepublisch = "all"\n')
        for command in (("check",), ("poll", "--all"), ("feeds", "list"), ("publish",)):
            done = place.run(*command, status=1)
            assert "republisch" in done.stderr
        assert place.farm.asked == []
        assert not (place.data / "archive.db").exists()


def test_mistakes_on_the_command_line_are_explained(polled: World) -> None:
    """Usage is 2 with the nearest command; an unknown feed is 1 with the nearest id."""
    assert "did you mean “feeds”" in polled.run("feedz", status=2).stderr
    assert "did you mean “council”" in polled.run("poll", "councill", status=1).stderr
    assert "no entry" in polled.run("entry", "999999", status=1).stderr


def test_feeds_are_added_paused_and_removed_with_comments_kept(tmp_path: Path) -> None:
    """`feeds add` finds the feed behind a site's address; the file keeps its comments."""
    with world(tmp_path) as place:
        feeds = place.config.parent / "feeds.toml"
        text = feeds.read_text()
        start = text.index("[penketh]")
        end = text.find("\n[", start + 1)
        feeds.write_text("# our list\n" + text[:start] + (text[end + 1 :] if end > 0 else ""))
        site = place.farm.bases["penketh"] + "/"
        added = place.json("feeds", "add", site, "--category", "councillor")
        assert added["url"] == place.farm.urls["penketh"]
        assert "# our list" in feeds.read_text()
        place.run("feeds", "pause", added["id"])
        assert {row["id"]: row["status"] for row in place.json("feeds", "list")}[added["id"]] == "paused"
        place.run("feeds", "resume", added["id"])
        place.run("feeds", "remove", added["id"])
        assert added["id"] not in {row["id"] for row in place.json("feeds", "list")}


def test_opml_round_trip(polled: World, tmp_path: Path) -> None:
    """What is exported can be imported; known addresses are left alone."""
    file = tmp_path / "list.opml"
    file.write_text(polled.run("opml", "export").stdout)
    before = (polled.config.parent / "feeds.toml").read_text()
    merged = polled.json("opml", "import", str(file))
    assert merged["added"] == []
    assert len(merged["known"]) == 7
    assert (polled.config.parent / "feeds.toml").read_text() == before


def test_a_rebuild_gives_the_same_bytes(polled: World) -> None:
    """Everything published can be thrown away and rendered again byte for byte."""
    before = published(polled)
    again = polled.json("publish", "--rebuild")
    assert again["written"] == []
    for path in sorted(polled.public.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    polled.run("publish", "--rebuild")
    assert published(polled) == before


def test_output_for_programs_is_json_alone(polled: World) -> None:
    """Messages go to stderr, so that stdout can be piped."""
    done = polled.run("poll", "committees", "--json")
    assert json.loads(done.stdout)["summary"]["polled"] == 1


def test_help_teaches_every_command(polled: World) -> None:
    """Each command has a help text of its own."""
    text = polled.run("--help").stdout
    for name in (
        "serve",
        "poll",
        "publish",
        "parse",
        "try",
        "check",
        "feeds",
        "entries",
        "entry",
        "history",
        "opml",
        "migrate",
    ):
        assert f"\n  {name} " in text
        assert len(polled.run(name, "--help").stdout) > 120
