"""The real command against publishers with a past: killed, resumed, refused, in the service."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.pasts.feeds import WebArchive, snapshots
from tests.pasts.home import FEED, ROOT, Home, home
from tests.pasts.server import Place, Tell, serving
from tests.pasts.wordpress import WordPress, posts
from tests.test_service import until


@contextmanager
def wordpress(**habits: Any) -> Iterator[tuple[Place, WordPress]]:
    """A WordPress of 137 posts on loopback."""
    made: list[WordPress] = []

    def tell(url: str) -> Tell:
        made.append(WordPress(url=url, all_posts=posts(url), **habits))
        return made[0]

    with serving(tell) as place:
        yield place, made[0]


def killed(place: Home, when: Callable[[], bool], *args: str) -> None:
    """The real command, killed as soon as ``when`` says so."""
    process = subprocess.Popen(
        place.command("backfill", FEED, *args),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until(when, "the moment to kill")
    process.send_signal(signal.SIGKILL)
    process.wait(20)


@contextmanager
def service(place: Home) -> Iterator[None]:
    """`aggregator serve` as a real process; stopped at the end."""
    process = subprocess.Popen(place.command("serve"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait(20)


def check_whole(place: Home) -> None:
    """137 posts, each once, none announced but the ten that the live feed had, and the archive sound."""
    assert place.query("SELECT count(*), count(DISTINCT key) FROM entries") == [(137, 137)]
    assert place.query("SELECT count(*) FROM revisions") == [(137,)]
    assert place.query("SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind") == [
        ("backfill", 127),
        ("live", 10),
    ]
    assert place.query("PRAGMA integrity_check") == [("ok",)]
    titles = place.announced()
    assert len(titles) == 10
    assert all("part 13" in title or "part 128" in title or "part 129" in title for title in titles)


@pytest.mark.parametrize(
    ("strategy", "slow", "mark", "seen"), [("wp-rest", 0.5, "wp-json", 2), ("wp-paged", 0.05, "paged=", 6)]
)
def test_killed_in_the_middle_and_resumed(tmp_path: Path, strategy: str, slow: float, mark: str, seen: int) -> None:
    """B-03, R-35: after kill -9 the same command goes on where it was, repeats one page at most, and in the end 137
    posts are held and 0 of them are announced."""
    with wordpress(slow=slow) as (server, _):
        place = home(tmp_path, f"{server.url}feed/")
        place.run("poll")

        def pages() -> list[str]:
            return [path for path in server.asked if mark in path]

        killed(place, lambda: len(pages()) >= seen, "--strategy", strategy)
        before = pages()
        assert 0 < place.query("SELECT count(*) FROM entries")[0][0] < 137
        done = place.json("backfill", FEED, "--strategy", strategy)["jobs"][0]
        assert (done["status"], done["job"]) == ("done", 1)
        again = set(before) & set(pages()[len(before) :])
        assert len(again) <= 1
        check_whole(place)
        place.run("poll", "--all")
        check_whole(place)


def test_dry_run_stores_nothing(tmp_path: Path) -> None:
    """It says which way it would go and what the first page would bring."""
    with wordpress() as (server, _):
        place = home(tmp_path, f"{server.url}feed/")
        place.run("poll")
        said = place.run("backfill", FEED, "--dry-run").stdout
        assert "would go by WordPress' REST interface; page 1 of 2 holds 100 entries new, 0 known" in said
        assert place.query("SELECT count(*) FROM entries") == [(10,)]
        assert place.query("SELECT count(*) FROM backfills") == [(0,)]


def test_a_feed_never_polled_is_polled_first(tmp_path: Path) -> None:
    """R-35: its present entries are news and are announced before anything counts as history."""
    with wordpress() as (server, _):
        place = home(tmp_path, f"{server.url}feed/")
        place.run("backfill", FEED)
        check_whole(place)


def test_a_refusal_is_told_and_kept(tmp_path: Path) -> None:
    """B-02: 429 ends the command with status 1 and says until when; the same command asks nobody before that."""
    with wordpress(refuse=429) as (server, _):
        place = home(tmp_path, f"{server.url}feed/")
        place.run("poll")
        said = place.run("backfill", FEED, "--strategy", "wp-rest", status=1).stdout
        assert "rests until" in said
        assert "429" in said
        asked = len(server.asked)
        assert place.json("backfill", FEED, "--strategy", "wp-rest", status=1)["jobs"][0]["status"] == "resting"
        assert len(server.asked) == asked
        assert "rests until" in place.run("backfill").stdout
        assert "rests until" in place.run("feeds", "show", FEED).stdout
        assert "429" in place.run("explain", FEED).stdout


def test_a_host_that_asked_for_a_pause_is_not_waited_for(tmp_path: Path) -> None:
    """H-48: another job on the same host ends at once with the reason, instead of sleeping until tomorrow."""
    with wordpress(refuse=429) as (server, _):
        place = home(tmp_path, f"{server.url}feed/")
        place.run("poll")
        place.run("backfill", FEED, "--strategy", "wp-rest", status=1)
        asked = len(server.asked)
        done = place.json("backfill", FEED, "--strategy", "wp-paged", status=1)["jobs"][0]
        assert done["status"] == "resting"
        assert "is left alone" in done["note"]
        assert len(server.asked) == asked


def test_interrupted_and_resumed(tmp_path: Path) -> None:
    """B-03: Ctrl-C ends with 130; the same command goes on."""
    with wordpress(slow=0.05) as (server, _):
        place = home(tmp_path, f"{server.url}feed/")
        place.run("poll")
        process = subprocess.Popen(
            place.command("backfill", FEED, "--strategy", "wp-paged"),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        until(lambda: len([path for path in server.asked if "paged=" in path]) >= 4, "some pages")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "interrupted" in said
        place.run("backfill", FEED, "--strategy", "wp-paged")
        check_whole(place)


def test_robots_txt_keeps_it_away(tmp_path: Path) -> None:
    """H-67: nothing is asked but robots.txt, and the report says so."""
    with wordpress(robots="User-agent: *\nDisallow: /\n") as (server, _):
        place = home(tmp_path, f"{server.url}feed/")
        place.run("poll")
        said = place.run("backfill", FEED, status=1).stdout
        assert "robots.txt" in said
        assert server.asked == ["/feed/", "/robots.txt"]


def test_the_web_archive_fills_the_rest(tmp_path: Path) -> None:
    """B-07: captures as versions of their time, shown as such by `history` and `explain`; nothing is announced."""
    with wordpress(rest=False, paged=False, stuck=True) as (server, _):
        kept = snapshots(server.url, posts(server.url))
        with serving(lambda url: WebArchive(url=url, kept=kept, batch=9)) as archive:
            place = home(tmp_path, f"{server.url}feed/", web_archive=archive.url)
            place.run("poll")
            done = place.json("backfill", FEED, "--strategy", "wayback")["jobs"][0]
            assert (done["status"], done["new"], done["recalled"]) == ("done", 127, 0)
            check_whole(place)
            number = place.query("SELECT id FROM entries ORDER BY published_at LIMIT 1")[0][0]
            assert "from a web archive" in place.run("history", str(number)).stdout
            said = place.run("explain", str(number)).stdout
            assert "wayback of 23 Apr 2019" in said
            assert "not announced (R-35)" in said


def test_the_running_service_takes_jobs_over(tmp_path: Path) -> None:
    """B-02: the command hands its job to `serve`, which works on it between its polls and publishes nothing of it."""
    with wordpress() as (server, _):
        place = home(tmp_path, f"{server.url}feed/", min_interval="1h")
        with service(place):
            until(lambda: (place.data / "public" / "feed.json").exists() and place.announced(), "the first poll")
            said = place.run("backfill", FEED).stdout
            assert "queued; the running service works on it" in said
            until(lambda: place.query("SELECT status FROM backfills") == [("done",)], "the job")
            time.sleep(0.1)
        check_whole(place)
