"""Kill -9 at random points during polls: the archive stays sound, nothing is lost or doubled, validators hold."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from aggregator.captures.reader import CaptureReader
from aggregator.model import Place
from aggregator.store.sqlite.driver import sqlite3
from tests.farm import ROOT, World, world

KILLS = int(os.environ.get("AGGREGATOR_TEST_KILLS", "12"))
"""CI sets 50; a dozen shows the same in a fifth of the time."""
LONGEST = 2.5
STORY = 45.0
"""Seconds of the publishers' script: new entries, copies, an edit and an outage happen on the way."""


def killed_poll(place: World, seconds: float) -> None:
    """One real `poll --all`, killed after so many seconds if it has not ended by itself."""
    process = subprocess.Popen(
        place.command("poll", "--all"),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    process.kill()
    process.wait(20)


def query(place: World, sql: str) -> list[tuple[object, ...]]:
    # By the library that the world itself reads with: two copies of SQLite in one process undo each other's locks.
    with sqlite3.connect(f"file:{place.data / 'archive.db'}?mode=ro", uri=True) as reader:
        return reader.execute(sql).fetchall()


def archive(place: World) -> set[tuple[object, ...]]:
    """What is archived, without times and numbers that depend on when a poll happened."""
    return set(
        query(
            place,
            "SELECT e.feed_id, e.key, r.number, r.revision_hash FROM entries e JOIN revisions r ON r.entry_id = e.id",
        )
    )


def test_killed_at_random_points(tmp_path: Path) -> None:
    """D-22, H-06, H-09: after each kill the file is sound; in the end nothing is missing and nothing doubled."""
    with world(tmp_path / "a") as place:
        for number in range(KILLS):
            place.hand.elapsed = STORY * number / KILLS
            held, seen = validators(place), len(place.farm.asked)
            killed_poll(place, 0.2 + LONGEST * (number * 0.618 % 1))
            assert_conditional(place, held, seen)
            if (place.data / "archive.db").exists():
                assert query(place, "PRAGMA integrity_check") == [("ok",)]
                assert query(place, "PRAGMA foreign_key_check") == []
                assert_captured(place)
        place.hand.elapsed = STORY
        for _ in range(2):
            held, seen = validators(place), len(place.farm.asked)
            place.run("poll", "--all", status=None)
            assert_conditional(place, held, seen)
        assert len(held) >= 5, "most publishers give an ETag"
        doubled = query(place, "SELECT feed_id, key, count(*) FROM entries GROUP BY feed_id, key HAVING count(*) > 1")
        assert doubled == []
        kept = {(feed, key) for feed, key, *_ in archive(place)}
        replayed = place.json("replay")
        assert replayed["equal"], replayed
    with world(tmp_path / "b") as calm:
        calm.hand.elapsed = STORY
        calm.run("poll", "--all")
        missing = {(feed, key_path(str(key))) for feed, key, *_ in archive(calm)} - {
            (feed, key_path(str(key))) for feed, key in kept
        }
        assert missing == set()


def key_path(key: str) -> str:
    """A key without the port of its publisher, which differs from world to world."""
    kind, _, rest = key.partition(":")
    return f"{kind}:{rest.partition('//')[2].partition('/')[2]}" if "//" in rest else key


def validators(place: World) -> dict[str, str]:
    """Which feeds have a stored ETag."""
    if not (place.data / "archive.db").exists():
        return {}
    try:
        return dict(query(place, "SELECT id, etag FROM feeds WHERE etag IS NOT NULL"))  # type: ignore[arg-type]
    except sqlite3.OperationalError:
        return {}  # killed before the tables were made


def assert_captured(place: World) -> None:
    """P-01: whatever a kill tore, no recorded poll is without its body, and every body is sound."""
    answered = "outcome IN ('modified', 'same-body', 'not-modified')"
    columns = "capture_file, capture_offset, capture_length"
    captures = CaptureReader(place.data / "captures")
    try:
        rows = query(place, f"SELECT {columns} FROM polls WHERE {answered}")
    except sqlite3.OperationalError:
        return  # killed before the tables were made
    for file, offset, length in rows:
        captures.read(Place(file=str(file), offset=int(str(offset)), length=int(str(length))))


def assert_conditional(place: World, held: dict[str, str], seen: int) -> None:
    """No needless unconditional request: what was stored before this round was sent in it."""
    for asked in place.farm.asked[seen:]:
        if asked.publisher in held and asked.status in {200, 304}:
            assert asked.headers.get("if-none-match"), asked
