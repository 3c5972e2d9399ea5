"""The real command against a loopback publisher that bursts, moves and shuts doors: what issue and requirements promise
of polling, as an operator sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import feedparser
import pytest

ROOT = Path(__file__).parent.parent
FEED = {"content-type": "application/rss+xml"}
PLACES = ("Aldmere", "Brackwell", "Carrowby", "Dunmoor", "Eastfleet", "Fenwick Green", "Gorsley", "Hattersby")
WORKS = ("library", "market hall", "footbridge", "bus lane", "allotments", "swimming baths", "war memorial", "car park")


@dataclass(slots=True)
class Publisher:
    """One loopback server: what it answers now, what it was asked, and the command that polls it."""

    folder: Path
    base: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: dict(FEED))
    body: bytes = b""
    routes: dict[str, tuple[int, Mapping[str, str]]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def run(self, *args: str, status: int | None = 0) -> str:
        """The real command; its output."""
        command = [sys.executable, "-m", "aggregator", "--config", str(self.folder / "aggregator.toml"), *args]
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert status is None or done.returncode == status, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *args: str, status: int | None = 0) -> Any:
        """The same for programs."""
        return json.loads(self.run(*args, "--json", status=status))

    def shows(self, *items: str) -> None:
        """From now on the feed lists these items."""
        rows = "".join(items)
        self.body = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Knowsmere</title>'
            f"<link>{self.base}/</link><description>News</description>{rows}</channel></rss>"
        ).encode()

    def combined(self) -> Any:
        """The combined feed as a reader gets it."""
        return feedparser.parse((self.folder / "data" / "public" / "feed.atom").read_bytes())


@contextmanager
def publisher(folder: Path, *, site: str = "", feeds: Mapping[str, str] | None = None) -> Iterator[Publisher]:
    """A publisher and an installation that polls it. ``site`` are lines for ``[site]``, ``feeds`` ids and paths."""
    place = Publisher(folder)

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, headers = place.routes.get(self.path, (place.status, place.headers))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(place.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(place.body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        host = f"127.0.0.1:{server.server_port}"
        place.base = f"http://{host}"
        polling = f'[polling]\nallow_addresses = ["{host}"]\nprocesses = 1\nhost_spacing = "1s"\n'
        (folder / "aggregator.toml").write_text(f'[site]\n{site}\n[storage]\npath = "data"\n{polling}', "utf-8")
        rows = (feeds or {"knowsmere": "/feed"}).items()
        text = "".join(f'[{name}]\nurl = "{place.base}{path}"\n' for name, path in rows)
        (folder / "feeds.toml").write_text(text, "utf-8")
        yield place
        server.shutdown()


def item(number: int, at: datetime, *, site: str = "old", words: str = "", title: str = "") -> str:
    """One notice; id and link are the site's own."""
    named = title or f"{PLACES[number % 8]} {WORKS[number // 8 % 8]}: decision {number}"
    text = words or (
        f"The committee met in {PLACES[number % 8]} and agreed on plan {number} for the {WORKS[number // 8 % 8]}, "
        f"which residents had asked for in {number + 40} letters since spring."
    )
    return (
        f"<item><title>{named}</title><link>https://knowsmere.example/{site}/{number}/</link>"
        f'<guid isPermaLink="false">{site}:{number}</guid><pubDate>{format_datetime(at)}</pubDate>'
        f"<description>{text}</description></item>"
    )


def test_a_burst_of_thirty_posts_in_a_feed_of_ten_raises_a_gap(tmp_path: Path) -> None:
    """A gap with its ends and an estimate, a backfill in the queue, an incomplete month, a plain word with a remedy."""
    now = datetime.now(UTC)
    with publisher(tmp_path) as place:
        place.shows(*(item(number, now - timedelta(days=60 - number)) for number in range(10, 0, -1)))
        place.run("poll", "knowsmere")
        place.shows(*(item(number, now - timedelta(minutes=5 * (40 - number))) for number in range(40, 30, -1)))
        place.run("poll", "knowsmere")
        told = place.json("explain", "knowsmere")
        (gap,) = told["gaps"]
        assert (gap["kind"], gap["backfill"], gap["closed_at"]) == ("no-overlap", "queued", None)
        assert gap["missed"] > 0
        assert min(month["completeness"] for month in told["months"]) < 1
        assert told["status"] == "gap"
        assert "backfill is queued" in told["status_text"]
        shown = place.json("feeds", "show", "knowsmere")
        assert (shown["gaps_open"], shown["missed"]) == (1, gap["missed"])
        assert "completeness      " in (text := place.run("feeds", "show", "knowsmere"))
        assert "%" in text
        page = (tmp_path / "data" / "public" / "feeds" / "knowsmere.html").read_text("utf-8")
        assert f"Entries may be missing here: about {gap['missed']} from" in page


def test_a_window_that_turned_over_by_more_than_half_is_a_gap_without_loss(tmp_path: Path) -> None:
    """Seven of ten are new and three are still there: a gap of the kind turnover, with nothing missed to fill."""
    now = datetime.now(UTC)
    with publisher(tmp_path) as place:
        place.shows(*(item(number, now - timedelta(days=60 - number)) for number in range(10, 0, -1)))
        place.run("poll", "knowsmere")
        fresh = [item(number, now - timedelta(minutes=5 * (40 - number))) for number in range(17, 10, -1)]
        place.shows(*fresh, *(item(number, now - timedelta(days=60 - number)) for number in range(10, 7, -1)))
        place.run("poll", "knowsmere")
        told = place.json("explain", "knowsmere")
        assert [(gap["kind"], gap["missed"]) for gap in told["gaps"]] == [("turnover", 0)]
        assert told["status"] != "gap"
        assert "turnover, nothing missed; open" in place.run("explain", "knowsmere")


def test_606_entries_under_new_ids_publish_none_and_the_new_one(tmp_path: Path) -> None:
    """P-15: 606 known entries with new ids, links and words publish 0 old entries and 1 new one; `explain` says so."""
    now = datetime.now(UTC)
    days = [now - timedelta(days=700 - number, minutes=7 * number) for number in range(606)]
    with publisher(tmp_path) as place:
        place.shows(*(item(number, day) for number, day in enumerate(days)))
        assert "606 new" in place.run("poll", "knowsmere")
        seen = {entry.id for entry in place.combined().entries}
        again = [
            item(number, day, site="new", words=f"Plan {number} again. Share this page with your neighbours today.")
            for number, day in enumerate(days)
        ]
        ferry = "From tomorrow the ferry to Saltholme leaves at nine, because the tide tables were printed wrongly."
        place.shows(item(705, now, site="new", title="Ferry times corrected", words=ferry), *again)
        report = place.json("poll", "knowsmere")
        assert report["summary"]["new"] == 1
        fresh = [entry.title for entry in place.combined().entries if entry.id not in seen]
        assert fresh == ["Ferry times corrected"]
        assert "606 are known entries under new ids" in place.run("explain", "knowsmere")


@pytest.mark.parametrize(
    ("contact", "sender"), [("bot@news.example", "bot@news.example"), ("https://n.example/", None)]
)
def test_a_mailbox_as_contact_stands_in_every_request_as_from(tmp_path: Path, contact: str, sender: str | None) -> None:
    """H-61: robots name somebody to write to; a page is no From."""
    with publisher(tmp_path, site=f'contact = "{contact}"') as place:
        place.shows(item(1, datetime.now(UTC)))
        place.run("poll", "knowsmere")
        assert [headers.get("from") for _, headers in place.asked] == [sender]


def test_subscribing_is_one_request(tmp_path: Path) -> None:
    """H-09: what `feeds add` was told is the first poll; the next one asks again, with the ETag of that answer."""
    with publisher(tmp_path) as place:
        place.shows(item(1, datetime.now(UTC)), item(2, datetime.now(UTC)))
        place.headers = FEED | {"ETag": '"first"'}
        place.run("feeds", "add", f"{place.base}/news", "--id", "news")
        assert "2 new" in place.run("poll", "news")
        assert [path for path, _ in place.asked] == ["/news"]
        place.run("poll", "news")
        assert [headers.get("if-none-match") for _, headers in place.asked] == [None, '"first"']


MUDDLE = {"Cache-Control": "max-age=60, max-age=999999999", "Age": "-5", "Expires": "Thu, 01 Jan 3999 00:00:00 GMT"}
BAD = {
    "banana": (503, {"Retry-After": "banana"}, "503", "Retry-After “banana” is no date and no number of seconds"),
    "far": (429, {"Retry-After": "Sun, 06 Aug 2999 08:49:37 GMT"}, "429", "counts as 31 days"),
    "loop": (301, {"Location": "/loop"}, "go round in circles", ""),
    "muddled": (200, FEED | MUDDLE, "read", "max-age contradicts itself (60, 999999999): counts as none"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_recorded_decision(tmp_path: Path, name: str) -> None:
    """H-21, H-22, H-43, H-48: nonsense leaves a row with what was made of it; nothing is asked early."""
    status, headers, reason, odd = BAD[name]
    with publisher(tmp_path, feeds={name: f"/{name}"}) as place:
        place.shows(item(1, datetime(1, 1, 1, tzinfo=UTC)), item(2, datetime(3999, 1, 1, tzinfo=UTC)))
        place.routes[f"/{name}"] = (status, headers)
        began = datetime.now(UTC)
        place.run("poll", name, status=None)
        (line,) = place.json("explain", name)["polls"]
        assert reason in line["reason"]
        assert odd in " ".join(line["problems"])
        assert datetime.fromisoformat(line["next_poll_at"]) >= began + timedelta(hours=1)
        assert line["bound"]
        if odd:
            assert f"odd: {line['problems'][0]}" in place.run("explain", name)
        place.run("poll")
        assert len(place.asked) == 1, "nothing is due before its time"
