"""``aggregator import`` as an archivist runs it: real files, real processes, a real archive."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.captures.test_foreign import archive
from tests.history.documents.samples import ARTICLE, BUSES, FOUNTAIN, LETTER, MONTH_PAGE, POOL

ROOT = Path(__file__).parents[2]
MONTH_URL = "http://thorne.example/2017/07/"
FEEDS = """
[thorne]
url = "http://thorne.example/feed/"
title = "Cllr Thorne’s Notebook"
category = "councillors"
enabled = false
[reporter]
url = "http://reporter.example/rss"
"""


class Installation:
    """A configuration, a folder of documents, and what a run of the command said."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data = folder / "aggregator.toml", folder / "data"
        self.config.write_text('[storage]\npath = "data"\n[polling]\nprocesses = 1\n')
        (folder / "feeds.toml").write_text(FEEDS)
        self.documents = folder / "documents"
        self.documents.mkdir()

    def file(self, name: str, text: str | bytes) -> Path:
        """A document."""
        path = self.documents / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit status and what was printed, by a process of its own."""
        command = (sys.executable, "-m", "aggregator", "--config", str(self.config), *words)
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
        return done.returncode, done.stdout, done.stderr

    def bring(self, *words: str | Path, source: str = "thorne", expect: int = 0) -> dict[str, Any]:
        """Import, and the report."""
        status, out, err = self.run("import", *map(str, words), "--source", source, "--json")
        assert status == expect, out + err
        report: dict[str, Any] = json.loads(out)
        return report

    def entries(self, *words: str) -> list[dict[str, Any]]:
        """The stored entries by number."""
        _, out, _ = self.run("entries", "--json", *words)
        return sorted(json.loads(out), key=lambda row: row["id"])

    def originals(self) -> list[tuple[dict[str, str], bytes]]:
        """The records that hold originals: fields and bytes."""
        return [
            (dict(record.rec_headers.headers), record.raw_stream.read())
            for path in sorted((self.data / "captures").glob("*.warc.gz"))
            for record in ArchiveIterator(BytesIO(path.read_bytes()))
            if record.rec_type == "resource"
        ]


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An installation without an archive yet."""
    return Installation(tmp_path)


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    """What became of each document, by the name of its file."""
    return {os.path.basename(each["name"]): each["outcome"] for each in report["documents"]}  # noqa: PTH119


def test_a_month_page_and_an_article(place: Installation) -> None:
    """They land in July and June 2017 with the precision they have, and are told apart; nobody is told."""
    page, article = place.file("page.txt", MONTH_PAGE), place.file("article.txt", ARTICLE)
    one = place.bring(page, "--url", MONTH_URL)
    two = place.bring(article, "--url", "http://reporter.example/news/roof-still-leaks-1-8598311", source="reporter")
    assert [report["summary"]["new"] for report in (one, two)] == [1, 1]
    july, june = place.entries("--since", "2017-06-01", "--until", "2017-08-01")
    assert (july["date"], july["precision"], july["title_basis"]) == ("2017-07", "month", None)
    assert (june["date"], june["precision"], june["title_basis"]) == ("2017-06-15", "day", "address")
    assert [july["outcome"], june["outcome"]] == ["new", "new"]
    assert not july["emitted"]
    assert july["first_seen_at"][:4] != "2017"
    for feed in ("feed.atom", "feeds/thorne.atom"):
        assert b"<entry" not in (place.data / "public" / feed).read_bytes()
    assert place.run("verify")[0] == 0


def test_people_read_dates_as_far_as_they_are_known(place: Installation) -> None:
    """No day is invented on the way out either."""
    place.bring(place.file("page.txt", MONTH_PAGE), "--url", MONTH_URL)
    place.bring(place.file("article.txt", ARTICLE))
    _, table, _ = place.run("entries")
    assert "July 2017" in table
    assert "15 Jun 2017\t" in table
    _, entry, _ = place.run("entry", "2")
    assert "(title made from its first words)" in entry
    _, why, _ = place.run("explain", "1")
    assert "the heading of its archive page states it" in why
    assert "\nalias" not in why


def test_a_better_date_is_proved_like_everything_else(place: Installation) -> None:
    """A category page, the month page, then the archivist's word: the entry moves, chain and replay agree."""
    undated = MONTH_PAGE.replace("Monthly Archives\n\nJuly 2017", "Category Archives: Children")
    place.bring(place.file("category.txt", undated), "--url", "http://thorne.example/category/children/")
    place.bring(place.file("month.txt", MONTH_PAGE), "--url", MONTH_URL)
    report = place.bring(place.documents / "month.txt", "--url", MONTH_URL, "--date", "2017-07-18")
    assert report["summary"]["changed"] == 1
    (entry,) = place.entries()
    assert (entry["date"], entry["published_basis"], entry["published_raw"]) == ("2017-07-18", "manifest", None)
    assert place.run("verify")[0] == 0
    assert place.run("replay", "--dry-run")[0] == 0
    assert "filed under a better date" in place.run("explain", "1")[1]


def test_the_original_is_kept_with_its_hash(place: Installation) -> None:
    """To the byte, with what was said of it, once; the chain proves it."""
    page = place.file("page.txt", MONTH_PAGE.replace("\n", "\r\n").encode("cp1252"))
    report = place.bring(page, "--url", MONTH_URL, "--author", "Ida Thorne")
    place.bring(page, "--url", MONTH_URL)
    ((fields, body),) = place.originals()
    assert body == page.read_bytes()
    assert fields["WARC-Payload-Digest"] == f"sha256:{report['documents'][0]['digest']}"
    assert fields["WARC-Target-URI"] == MONTH_URL
    assert json.loads(fields["Aggregator-Slip"])["author"] == "Ida Thorne"


def test_originals_are_kept_where_captures_are_off(place: Installation) -> None:
    """The setting is about a publisher's answers."""
    place.config.write_text('[storage]\npath = "data"\ncaptures = false\n')
    place.bring(place.file("page.txt", MONTH_PAGE))
    assert len(place.originals()) == 1


def test_the_same_import_again_changes_nothing(place: Installation) -> None:
    """Idempotent: not one row, not one byte of the captures."""
    place.file("page.txt", MONTH_PAGE)
    place.file("article.txt", ARTICLE)
    place.bring(place.documents)
    before = place.run("verify", "--json")[1]
    captures = {path.name: path.read_bytes() for path in (place.data / "captures").iterdir()}
    report = place.bring(place.documents)
    assert set(outcomes(report).values()) == {"known"}
    assert place.run("verify", "--json")[1] == before
    assert {path.name: path.read_bytes() for path in (place.data / "captures").iterdir()} == captures


def test_a_dry_run_says_what_would_be_and_does_nothing(place: Installation) -> None:
    """What an earlier file would bring is known to the later ones, as in earnest."""
    place.file("a.txt", MONTH_PAGE)
    place.file("b.txt", MONTH_PAGE.replace("Monthly Archives\n\nJuly 2017", "Category Archives: Children"))
    place.file("c.txt", ARTICLE)
    place.file("d.pdf", b"%PDF-1.4")
    rehearsal = place.bring(place.documents, "--dry-run", expect=1)
    assert outcomes(rehearsal) == {"a.txt": "new", "b.txt": "known", "c.txt": "new", "d.pdf": "refused"}
    assert place.entries() == []
    assert not (place.data / "captures").exists()
    earnest = place.bring(place.documents, expect=1)
    assert outcomes(earnest)["b.txt"] in ("known", "changed")
    assert {key: earnest["summary"][key] for key in ("new", "refused", "ambiguous")} == {
        key: rehearsal["summary"][key] for key in ("new", "refused", "ambiguous")
    }
    assert len(place.entries()) == 2
    assert place.run("verify")[0] == 0
    assert place.run("replay", "--dry-run")[0] == 0


def test_ambiguous_documents_are_named_with_the_reason(place: Installation) -> None:
    """Kept as one entry or without a date, with a warning; exit status 0, as nothing was refused."""
    blocks = [
        f"Fountain runs again after years\n\n{FOUNTAIN}",
        f"Bus goes round by Tarn Quay\n\n{BUSES}",
        f"Pool\n\n{POOL}",
    ]
    place.file("page.txt", "\n\n".join(["Notebook", "Monthly Archives", "July 2017", *blocks]))
    place.file("letter.txt", LETTER)
    status, out, _ = place.run("import", str(place.documents), "--source", "thorne")
    assert status == 0
    assert "new, ambiguous" in out
    assert "it is not certain where its posts begin" in out
    assert "no date" in out
    assert "documents: 2, ambiguous 2, refused 0" in out


def test_one_bad_file_harms_no_other(place: Installation) -> None:
    """Empty, enormous, binary, links out, pipes: each is named with its reason, and the rest is in."""
    place.file("good.txt", MONTH_PAGE)
    place.file("also/good.html", f"<html><body><h1>Pool closes</h1><p>{POOL}</p></body></html>")
    place.file("empty.txt", b"")
    place.file("blank.txt", b" \n\n ")
    place.file("picture.jpg", b"\xff\xd8\xff\xe0....")
    place.file("binary.txt", bytes(range(256)) * 10)
    with (place.documents / "huge.txt").open("wb") as huge:
        huge.write(b"words " * 10)
        huge.truncate(80 * 1024 * 1024)
    place.file("bomb.xml", '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "x">]><rss>&a;</rss>')
    place.file("data.json", '{"no": "feed"}')
    (place.documents / "secret.txt").symlink_to("/etc/hostname")
    os.mkfifo(place.documents / "pipe")
    report = place.bring(place.documents, expect=1)
    found = outcomes(report)
    assert {name for name, outcome in found.items() if outcome == "new"} == {"good.txt", "good.html"}
    assert {name for name, outcome in found.items() if outcome == "refused"} == {
        "empty.txt", "blank.txt", "picture.jpg", "binary.txt", "huge.txt", "bomb.xml", "data.json", "secret.txt",
        "pipe",
    }  # fmt: skip
    assert all(each["reasons"] for each in report["documents"] if each["outcome"] == "refused")
    assert len(place.entries()) == 2
    assert len(place.originals()) == 2
    assert place.run("verify")[0] == 0


def test_a_folder_with_a_list(place: Installation) -> None:
    """What it says is used; what it does not name is passed over; what is missing is refused."""
    place.file("a.txt", LETTER)
    place.file("b.txt", ARTICLE)
    place.file("other.txt", POOL)
    place.file(
        "manifest.toml",
        '[[document]]\nfile = "a.txt"\ntitle = "A letter"\ndate = "2016-03"\nurl = "http://thorne.example/letter"\n'
        '[[document]]\nfile = "b.txt"\n[[document]]\nfile = "gone.txt"\n',
    )
    report = place.bring(place.documents, expect=1)
    assert outcomes(report) == {"a.txt": "new", "b.txt": "new", "other.txt": "skipped", "gone.txt": "refused"}
    first = place.entries()[0]
    assert (first["title"], first["date"], first["url"]) == ("A letter", "2016-03", "http://thorne.example/letter")
    assert first["published_basis"] == "manifest"


def test_a_list_with_mistakes_stops_everything(place: Installation) -> None:
    """All of them are named; nothing was imported."""
    place.file("a.txt", LETTER)
    place.file("manifest.csv", "file,date\n../a.txt,2017\na.txt,soon\n")
    status, _, err = place.run("import", str(place.documents), "--source", "thorne")
    assert status == 1
    assert "line 2" in err
    assert "line 3" in err
    assert not place.data.exists()


def test_a_web_archive(place: Installation) -> None:
    """Pages with a date become entries, dated and observed as the archive says; its other records are counted."""
    pages = [
        f"<html><body><article><h1>{title}</h1><time datetime='{day}'></time><p>{text}</p></article></body></html>"
        for title, day, text in (("Fountain runs", "2017-06-01", FOUNTAIN), ("Pool closes", "2017-06-09", POOL))
    ]
    undated = f"<html><body><h1>About us</h1><p>{BUSES}</p></body></html>"
    place.file("site.warc.gz", archive(pages[0].encode(), pages[1].encode(), undated.encode()))
    report = place.bring(place.documents)
    assert report["summary"]["new"] == 2
    assert report["summary"]["skipped"] == 1
    one, two = place.entries()
    assert [one["date"], two["date"]] == ["2017-06-01", "2017-06-09"]
    assert one["first_observed_at"] == "2017-07-01T10:00:00Z"
    assert one["url"] == "http://thorne.example/0"
    assert place.bring(place.documents)["summary"]["known"] == 2


def test_a_cut_web_archive_gives_what_is_sound(place: Installation) -> None:
    """The rest is refused by its place, and imported once the whole file is there."""
    pages = [
        f"<article><h1>Notice {number}</h1><time datetime='2017-06-0{number}'></time><p>{text}</p></article>".encode()
        for number, text in ((1, FOUNTAIN), (2, POOL), (3, BUSES))
    ]
    whole = archive(*(b"<html><body>" + page for page in pages))
    place.file("site.warc.gz", whole[: len(whole) * 2 // 3])
    report = place.bring(place.documents, expect=1)
    assert 0 < report["summary"]["new"] < 3
    refused = next(each for each in report["documents"] if each["outcome"] == "refused")
    assert "breaks off" in refused["reasons"][0]
    place.file("site.warc.gz", whole)
    assert place.bring(place.documents)["summary"]["new"] == 3 - report["summary"]["new"]
    assert len(place.entries()) == 3


def test_feeds_are_imported_as_feeds(place: Installation) -> None:
    """An old copy of the feed: entries with their own ids and dates."""
    place.file(
        "feed.xml",
        "<rss version='2.0'><channel><title>N</title><item><guid>http://thorne.example/?p=1</guid><title>Pool</title>"
        f"<pubDate>Mon, 03 Jul 2017 10:00:00 GMT</pubDate><description>{POOL}</description></item></channel></rss>",
    )
    place.bring(place.documents)
    (entry,) = place.entries()
    assert entry["key"] == "guid:http://thorne.example/?p=1"
    assert entry["published_basis"] == "pubDate"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--url", "ftp://x"), "no http or https address"),
        (("--date", "soon"), "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(place: Installation, words: Sequence[str], said: str) -> None:
    """Said before anything is opened."""
    status, _, err = place.run("import", str(place.file("a.txt", LETTER)), "--source", "thorne", *words)
    assert status == 2
    assert said in err
    assert not place.data.exists()


def test_what_is_said_of_one_file_cannot_be_said_of_many(place: Installation) -> None:
    """The remedy is a list."""
    place.file("a.txt", LETTER)
    status, _, err = place.run("import", str(place.documents), "--source", "thorne", "--url", MONTH_URL)
    assert status == 2
    assert "manifest.toml" in err


def test_an_unknown_feed_is_named(place: Installation) -> None:
    """With the nearest known one."""
    status, _, err = place.run("import", str(place.file("a.txt", LETTER)), "--source", "thorn")
    assert status == 1
    assert "did you mean “thorne”?" in err
