"""The main job as a host runs it: start, serve, refuse a second one, reload, stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from lxml import etree

from tests.farm import ROOT, World, world

PATIENCE = 60.0


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something holds; bounded, so that a broken service fails the test rather than hanging it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.05)
    pytest.fail(f"waited in vain for {what}")


@contextmanager
def serving(place: World, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`aggregator serve` as a real process; killed at the end if it still runs."""
    process = subprocess.Popen(
        place.command("serve"),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)


def answers(url: str, status: int = 200) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == status
    except httpx.HTTPError:
        return False


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit status after the signal; five seconds are promised, the rest is for a slow machine."""
    _, messages = process.communicate(timeout=20)
    return process.returncode, messages


def test_serves_one_merged_feed_and_stops_on_sigterm(tmp_path: Path) -> None:
    """From start to /feed.atom, validators on our side, health, and a clean end."""
    with world(tmp_path) as place, serving(place) as process:
        until(lambda: answers(place.site + "readyz"), "readiness")
        until(lambda: b"<entry" in httpx.get(place.site + "feed.atom").content, "entries in the combined feed")
        got = httpx.get(place.site + "feed.atom")
        assert got.headers["content-type"].startswith("application/atom+xml")
        again = httpx.get(place.site + "feed.atom", headers={"if-none-match": got.headers["etag"]})
        assert again.status_code in {200, 304}, "304 unless a later poll brought more"
        assert httpx.get(place.site).status_code == 200
        assert httpx.get(place.site + "about-our-bot").status_code == 200
        assert httpx.get(place.site + "healthz").json()
        process.send_signal(signal.SIGTERM)
        status, messages = ended(process)
        assert status == 0, messages
        assert '"event": "stopped"' in messages


def test_output_follows_the_grammar(tmp_path: Path) -> None:
    """/feed.atom passes the grammar of RFC 4287."""
    grammar = ROOT.parent / "shared" / "schemas" / "rfc4287.rng"
    if not grammar.exists():
        pytest.skip("the grammar is not at hand")
    relax = etree.RelaxNG(etree.parse(str(grammar)))
    with world(tmp_path) as place:
        place.run("poll", "--all")
        for path in place.public.rglob("*.atom"):
            relax.assertValid(etree.parse(str(path)))


def test_a_second_service_is_refused_with_the_first_ones_number(tmp_path: Path) -> None:
    """One process works on a store."""
    with world(tmp_path) as place, serving(place) as process:
        until(lambda: answers(place.site + "healthz"), "the first service")
        for command in (("serve",), ("poll",), ("publish",), ("migrate",)):
            refused = place.run(*command, status=1)
            assert f"process {process.pid} already works on" in refused.stderr
        assert place.json("feeds", "list"), "looking things up is still possible"


def test_stops_with_a_poll_in_flight_and_loses_nothing(tmp_path: Path) -> None:
    """SIGTERM while a publisher drips its answer: the service ends, the archive is sound, the feed is asked again."""
    with socket.create_server(("127.0.0.1", 0)) as tarpit, world(tmp_path) as place:
        port = tarpit.getsockname()[1]
        feeds = place.config.parent / "feeds.toml"
        feeds.write_text(f'[slow]\nurl = "http://127.0.0.1:{port}/feed"\n')
        place.config.write_text(
            place.config.read_text().replace("allow_addresses = [", f'allow_addresses = ["127.0.0.1:{port}", ')
        )
        tarpit.settimeout(PATIENCE)
        with serving(place) as process:
            line, _ = tarpit.accept()
            with line:
                line.recv(4096)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss")
                process.send_signal(signal.SIGTERM)
                status, messages = ended(process)
            assert status == 0, messages
            assert '"broken_off": 1' in messages
        (row,) = [row for row in place.json("feeds", "list") if row["id"] == "slow"]
        assert (row["status"], row["entries"]) == ("new", 0)


def test_a_changed_feed_list_is_taken_up_and_a_broken_one_is_not(tmp_path: Path) -> None:
    """SIGHUP reads feeds.toml; with a mistake in it the last good list goes on and the mistakes are logged."""
    with world(tmp_path) as place:
        feeds = place.config.parent / "feeds.toml"
        whole = feeds.read_text()
        first = whole[: whole.index("\n[", 5)]
        feeds.write_text(first)
        with serving(place) as process:
            until(lambda: place.farm.of("council"), "the first feed")
            feeds.write_text(first + '\n[broken]\nurl = "nowhere"\n')
            process.send_signal(signal.SIGHUP)
            asked = len(place.farm.of("council"))
            until(lambda: len(place.farm.of("council")) > asked, "polling to go on")
            feeds.write_text(whole)
            process.send_signal(signal.SIGHUP)
            until(lambda: place.farm.of("gazette"), "the new feed")
            process.send_signal(signal.SIGTERM)
            status, messages = ended(process)
        assert status == 0
        assert "configuration refused" in messages
        assert "nowhere" in messages or "[broken]" in messages


def test_restart_polls_nothing_early(tmp_path: Path) -> None:
    """H-71: due times are stored; a restart asks nobody before its time, and loses nothing."""
    with world(tmp_path) as place:
        place.config.write_text(
            place.config.read_text()
            .replace('min_interval = "2s"', 'min_interval = "1h"')
            .replace('max_interval = "4s"', 'max_interval = "24h"')
        )
        place.run("poll", "--all")
        asked, stored = len(place.farm.asked), len(place.json("entries", "--limit", "1000"))
        for _ in range(2):
            with serving(place) as process:
                until(lambda: answers(place.site + "readyz"), "readiness")
                time.sleep(2.5)
                process.send_signal(signal.SIGTERM)
                assert ended(process)[0] == 0
        assert len(place.farm.asked) == asked
        assert len(place.json("entries", "--limit", "1000")) == stored


def test_the_service_manager_hears_of_it(tmp_path: Path) -> None:
    """Type=notify with a watchdog: READY=1, then signs of life, then STOPPING=1."""
    with world(tmp_path) as place, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        with serving(place, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000") as process:
            assert manager.recv(200).startswith(b"READY=1")
            assert manager.recv(200) == b"WATCHDOG=1"
            process.send_signal(signal.SIGTERM)
            while (heard := manager.recv(200)) == b"WATCHDOG=1":
                pass
            assert heard == b"STOPPING=1"


def test_a_busy_port_is_told_before_anything_is_polled(tmp_path: Path) -> None:
    """The commonest mistake of a second installation names the port and the remedy."""
    with world(tmp_path) as place, socket.create_server(("127.0.0.1", 0)) as taken:
        refused = place.run("serve", "--port", str(taken.getsockname()[1]), status=1)
        assert "[server] port" in refused.stderr
        assert place.farm.asked == []
