"""``aggregator backup`` and ``restore`` as an operator runs them, on an archive that the service itself has filled."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3

from aggregator.cli import main
from aggregator.service.lock import store_lock
from tests.captures.test_folder import disk_of
from tests.cli.test_verify import Installation

ROOT = Path(__file__).parent.parent.parent
WRITER = """
import sys
from pathlib import Path
from aggregator.model import FeedId
from aggregator.store.sqlite import open_store
from tests.builders import NOW, added, candidate, record, source
store = open_store(Path(sys.argv[1]), "news.example", NOW, lambda: "uuid-of-another")
number = 1000
while True:
    store.ledger.record(record(store.sources.get(FeedId("ashmere"))[1], added(candidate(number))))
    number += 1
    if number == 1005:
        print("ready", flush=True)
"""


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An installation with a sound archive."""
    (tmp_path / "host").mkdir()
    return Installation(tmp_path / "host")


def run(place: Installation, *words: object) -> int:
    """A command's exit status."""
    return main(["--config", str(place.config), *map(str, words)])


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(folder / "archive.db")) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: sorted(map(tuple, database.execute(f"SELECT * FROM {name}")), key=repr) for name in tables}


def captures(folder: Path) -> dict[str, bytes]:
    """Every file of captures."""
    # A note of how a file was closed is of that file with its time, and of no copy.
    files = sorted(path for path in (folder / "captures").iterdir() if path.suffix != ".closed")
    return {path.name: path.read_bytes() for path in files}


def left(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["b.tar.zst", "b.tar.gz", "b.tar"])
def test_a_backup_brings_everything_back(place: Installation, tmp_path: Path, name: str) -> None:
    """Database and captures are equal afterwards, to the last row and byte, and prove themselves."""
    assert run(place, "backup", tmp_path / name) == 0
    assert left(tmp_path) == [name, "host"]
    assert run(place, "restore", tmp_path / name, "--to", tmp_path / "again") == 0
    assert rows(tmp_path / "again") == rows(place.data)
    assert captures(tmp_path / "again") == captures(place.data)
    config = next((tmp_path / "again").glob("config-of-*"))
    assert (config / "aggregator.toml").read_text() == place.config.read_text()
    assert left(tmp_path / "again") == ["aggregator.lock", "archive.db", "captures", config.name]
    assert place.run("--at", str(tmp_path / "again")) == 0


def test_nothing_is_overwritten(place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a backup nor an archive, not even captures without one; a word tells what to do."""
    file = tmp_path / "b.tar"
    assert run(place, "backup", file) == 0
    before = file.read_bytes()
    assert run(place, "backup", file) == 1
    assert "nothing is ever overwritten" in capsys.readouterr().err
    assert file.read_bytes() == before
    archived = rows(place.data)
    assert run(place, "restore", file) == 1
    assert "restore to another folder with --to" in capsys.readouterr().err
    assert rows(place.data) == archived
    (place.data / "archive.db").unlink()
    assert run(place, "restore", file) == 1
    assert "there are captures in" in capsys.readouterr().err
    shutil.rmtree(place.data / "captures")
    assert run(place, "restore", file) == 0
    assert rows(place.data) == archived
    assert place.run() == 0


def test_a_folder_gets_a_backup_named_by_the_time(place: Installation, tmp_path: Path) -> None:
    """For a job that runs every night."""
    assert run(place, "backup", tmp_path) == 0
    assert len(list(tmp_path.glob("archive-20??-*Z.tar.zst"))) == 1


def test_names_and_places_that_will_not_do(
    place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its remedy, and nothing is left behind."""
    for name, word in {
        "b.zip": "the ending says how to pack",
        "no/b.tar": "make it first",
        ".tar": "does not end",
    }.items():
        assert run(place, "backup", tmp_path / name) == 1
        assert word in capsys.readouterr().err
    (place.data / "archive.db").unlink()
    assert run(place, "backup", tmp_path / "b.tar") == 1
    assert "there is no archive" in capsys.readouterr().err
    assert left(tmp_path) == ["host"]


@pytest.fixture
def busy_service(place: Installation) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes to the archive all the time."""
    command = [sys.executable, "-c", WRITER, str(place.data / "archive.db")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_backup_is_one_moment_of_a_busy_archive(
    place: Installation, tmp_path: Path, busy_service: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Made while another process writes, checked while it writes, and sound; the writer is not held up."""
    for name in ("one.tar", "two.tar"):
        capsys.readouterr()
        assert run(place, "backup", tmp_path / name, "--drill", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert found["drill"]["bad"] == 0
        assert found["drill"]["head"]["seq"] == found["manifest"]["about"]["seq"]
        assert found["drill"]["counts"] == found["manifest"]["about"]["counts"]
        assert place.run() == 0
    assert busy_service.poll() is None
    assert left(tmp_path) == ["host", "one.tar", "two.tar"]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.01])
def test_a_full_disk_harms_nothing(
    place: Installation, tmp_path: Path, share: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input: no room while copying or packing: a plain word, no half backup, the archive as it was."""
    before = rows(place.data)
    with disk_of(int((place.data / "archive.db").stat().st_size * share)):
        assert run(place, "backup", tmp_path / "b.tar") == 1
    told = capsys.readouterr().err
    assert "full disk" in told or "no room left" in told or "the backup cannot be written" in told
    assert left(tmp_path) == ["host"]
    assert rows(place.data) == before


@pytest.mark.parametrize("size", [0, 5_000, 200_000])
def test_a_full_disk_while_restoring_harms_nothing(
    place: Installation, tmp_path: Path, size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input: no room for what is in the backup: the folder is as it was, and the restore can be run again."""
    assert run(place, "backup", tmp_path / "b.tar") == 0
    again = tmp_path / "again"
    again.mkdir()
    (again / "aggregator.lock").touch()
    with disk_of(size):
        assert run(place, "restore", tmp_path / "b.tar", "--to", again) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert left(again) == ["aggregator.lock"]
    assert run(place, "restore", tmp_path / "b.tar", "--to", again) == 0


def test_a_backup_cut_in_the_middle_is_refused(
    place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input: the word says where it breaks off; the folder it should go to is as it was."""
    file = tmp_path / "b.tar.zst"
    assert run(place, "backup", file) == 0
    whole = file.read_bytes()
    for share in (0.1, 0.5, 0.99):
        file.write_bytes(whole[: int(len(whole) * share)])
        assert run(place, "restore", file, "--to", tmp_path / "again") == 1
        assert "is cut or damaged after" in capsys.readouterr().err
        assert left(tmp_path / "again") == ["aggregator.lock"]
        assert run(place, "restore", file, "--drill") == 1
    assert run(place, "restore", tmp_path / "nothing.tar") == 2


def test_an_archive_with_flaws_comes_back_only_on_demand(
    place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was bad already when it was backed up is named; whoever has nothing better may still have it."""
    place.change("UPDATE revisions SET title = 'forged' WHERE entry_id = 1 AND number = 1")
    file = next((place.data / "captures").glob("*.warc.gz"))
    file.write_bytes(file.read_bytes()[:-50])
    assert run(place, "backup", tmp_path / "b.tar") == 1, "captures are missing"
    assert "missing in the archive itself: 20" in capsys.readouterr().err
    assert run(place, "restore", tmp_path / "b.tar", "--to", tmp_path / "again") == 1
    assert "revisions 1 version 1: is not what journal row 2 recorded" in capsys.readouterr().err
    assert left(tmp_path / "again") == ["aggregator.lock"]
    assert run(place, "restore", tmp_path / "b.tar", "--to", tmp_path / "again", "--despite-flaws") == 1
    assert "bad records, the first: revisions 1 version 1" in capsys.readouterr().out
    assert rows(tmp_path / "again") == rows(place.data)


def test_a_drill_leaves_no_trace(place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """b17: restored into scratch, checked, compared with its manifest, removed."""
    assert run(place, "backup", tmp_path / "b.tar") == 0
    before = left(tmp_path), left(place.data)
    assert run(place, "restore", tmp_path / "b.tar", "--drill") == 0
    assert "drill: restored and removed again" in capsys.readouterr().out
    assert (left(tmp_path), left(place.data)) == before


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(place: Installation, tmp_path: Path) -> None:
    """An old backup is still a backup: it is compared with its manifest first, then migrated, then checked."""
    with closing(sqlite3.connect(place.data / "archive.db")) as database:
        database.execute("DROP TABLE days")
        database.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0005_days'")
        database.commit()
    assert run(place, "backup", tmp_path / "b.tar", "--drill") == 0
    assert run(place, "restore", tmp_path / "b.tar", "--to", tmp_path / "again") == 0
    assert place.run("--at", str(tmp_path / "again")) == 0


def test_a_running_service_is_left_alone(
    place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is restored into a folder that a service works on."""
    assert run(place, "backup", tmp_path / "b.tar") == 0
    with store_lock(tmp_path / "again"):
        assert run(place, "restore", tmp_path / "b.tar", "--to", tmp_path / "again") == 1
    assert "already works on" in capsys.readouterr().err


def test_two_backups_to_one_name_do_not_meet(
    place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one is refused while the first is at work; what a crash left is cleared away."""
    from aggregator.backup.scratch import scratch

    with scratch(tmp_path / ".b.tar.part"):
        assert run(place, "backup", tmp_path / "b.tar") == 1
        assert "another process is at work" in capsys.readouterr().err
        assert (tmp_path / ".b.tar.part").is_dir()
    (tmp_path / ".b.tar.part").mkdir()
    (tmp_path / ".b.tar.part" / "archive.db").write_bytes(b"half")
    assert run(place, "backup", tmp_path / "b.tar") == 0
    assert left(tmp_path) == ["b.tar", "host"]
