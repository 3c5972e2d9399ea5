"""Captures as operators have them: kept by the real command, read by other tools, replayed, proved, in trouble."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx

from aggregator.captures.reader import CaptureReader
from aggregator.model import Place
from tests.farm import World, world
from tests.pipeline.test_replay import STEPS
from tests.test_service import answers, ended, serving, until


def polled(place: World, *moments: float) -> None:
    """Every feed polled at these moments of the publishers' story."""
    for elapsed in moments:
        place.hand.elapsed = elapsed
        place.run("poll", "--all", status=None)


def files(folder: Path) -> dict[str, bytes]:
    """What is published, without the notes that publishing makes for itself."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def journal(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reader:
        return reader.execute("SELECT * FROM journal ORDER BY seq").fetchall()


def test_the_demo_replayed_is_the_same_archive(tmp_path: Path) -> None:
    """D-22: all captures into an empty store give an equal journal and byte-identical published files."""
    with world(tmp_path / "w") as place:
        polled(place, *STEPS)
        again = tmp_path / "again"
        found = place.json("replay", "--into", str(again))
        assert found["equal"], found["tables"]
        assert found["polls"] == 7 * len(STEPS)
        assert journal(again / "archive.db") == journal(place.data / "archive.db")
        assert files(again / "public") == files(place.public)
        told = place.run("replay").stdout
        assert "nothing differs" in told
        refused = place.run("replay", "--into", str(again), status=1)
        assert "holds an archive already" in refused.stderr


def test_other_tools_read_what_is_kept(tmp_path: Path) -> None:
    """R-66: the library's own checker and indexer find nothing wrong; every poll's capture is where its row says."""
    with world(tmp_path / "w") as place:
        polled(place, 0.0, 7.0, 14.0)
        for path in (place.data / "captures").glob("*.warc.gz"):
            for command in ("check", "index"):
                done = subprocess.run(
                    [sys.executable, "-m", "warcio.cli", command, str(path)],
                    check=False,
                    capture_output=True,
                    text=True,
                )
                assert done.returncode == 0, done.stdout + done.stderr
        assert len(readable(place)) == 7 * 3


def readable(place: World) -> list[str]:
    """The outcome of every poll whose capture could be read, which all must."""
    with sqlite3.connect(f"file:{place.data / 'archive.db'}?mode=ro", uri=True) as reader:
        columns = "outcome, capture_file, capture_offset, capture_length"
        rows = reader.execute(f"SELECT {columns} FROM polls WHERE capture_file IS NOT NULL").fetchall()
    captures = CaptureReader(place.data / "captures")
    for _, file, offset, length in rows:
        captures.read(Place(file=file, offset=offset, length=length))
    return [row[0] for row in rows]


def test_a_flipped_byte_is_named(tmp_path: Path) -> None:
    """The replay names poll, file and byte, ends with status 1 and replays all others."""
    with world(tmp_path / "w") as place:
        polled(place, 0.0)
        with sqlite3.connect(f"file:{place.data / 'archive.db'}?mode=ro", uri=True) as reader:
            file, offset = reader.execute("SELECT file, offset FROM captures WHERE id = 3").fetchone()
        path = place.data / "captures" / f"{file}.warc.gz"
        data = bytearray(path.read_bytes())
        data[offset + 100] ^= 1
        path.write_bytes(data)
        found = place.json("replay", status=1)
        (lost,) = found["lost"]
        assert f"{file}, byte {offset}" in lost["text"]
        assert {each["what"] for each in found["differences"]} == {"missing"}
        told = place.run("replay", "--dry-run", status=1).stdout
        assert f"lost: poll {lost['poll']} of {lost['feed_id']}: {file}, byte {offset}" in told


def test_captures_can_be_switched_off(tmp_path: Path) -> None:
    """`captures = false`: nothing is kept, polling is the same."""
    with world(tmp_path / "w") as place:
        text = place.config.read_text()
        place.config.write_text(text.replace("[storage]\n", "[storage]\ncaptures = false\n", 1))
        assert "captures = false" in place.config.read_text()
        polled(place, 0.0)
        assert not (place.data / "captures").exists()
        assert place.json("replay")["uncaptured"] > 0


def test_a_folder_in_trouble_is_told_and_polling_goes_on(tmp_path: Path) -> None:
    """The alarm stands in the log and in /readyz; feeds are archived and served as ever."""
    with world(tmp_path / "w") as place:
        place.data.mkdir(exist_ok=True)
        (place.data / "captures").write_text("in the way")
        with serving(place) as process:
            until(lambda: answers(place.site + "readyz"), "readiness")
            until(lambda: b"<entry" in httpx.get(place.site + "feed.atom").content, "entries in the combined feed")
            ready = httpx.get(place.site + "readyz").json()
            assert ready["ready"] is True
            assert ready["details"]["captures"].startswith(f"paused: {place.data / 'captures'} cannot be written")
            process.send_signal(signal.SIGTERM)
            status, messages = ended(process)
        assert status == 0, messages
        assert messages.count("captures are paused") == 1
