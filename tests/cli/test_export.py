"""``aggregator export`` and the way back, as an operator runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3

from tests.captures.test_folder import disk_of
from tests.cli.test_backup import captures, left, rows, run
from tests.cli.test_verify import Installation


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An installation with a sound archive, in which a text and a digest need care."""
    (tmp_path / "host").mkdir()
    made = Installation(tmp_path / "host")
    with closing(sqlite3.connect(made.data / "archive.db")) as database:
        database.execute("INSERT INTO meta VALUES ('odd', ?)", ('line\nbreak \u2028 "quotes" \0 \x7f £ 😀',))
        database.execute("UPDATE feeds SET interval_seconds = 0.1 + 0.2")
        database.commit()
    return made


def schema(folder: Path) -> dict[str, str]:
    """Every table, index and trigger."""
    with closing(sqlite3.connect(folder / "archive.db")) as database:
        return dict(database.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def test_the_round_trip_gives_equal_rows(place: Installation, tmp_path: Path) -> None:
    """From SQLite to files and back every row, blob, float and odd character is equal, and proves itself."""
    assert run(place, "export", tmp_path / "out") == 0
    assert left(tmp_path) == ["host", "out"]
    assert run(place, "restore", tmp_path / "out", "--to", tmp_path / "again") == 0
    assert rows(tmp_path / "again") == rows(place.data)
    assert schema(tmp_path / "again") == schema(place.data)
    assert captures(tmp_path / "again") == captures(place.data)
    assert place.run("--at", str(tmp_path / "again")) == 0
    assert left(tmp_path / "again")[:2] == ["aggregator.lock", "archive.db"]
    assert not (tmp_path / "again" / "tables").exists()


def test_an_export_is_the_same_again(place: Installation, tmp_path: Path) -> None:
    """The same archive gives the same files, whatever way it came: two exports can be compared with any tool."""
    assert run(place, "export", tmp_path / "one") == 0
    assert run(place, "restore", tmp_path / "one", "--to", tmp_path / "again") == 0
    other = tmp_path / "other.toml"
    other.write_text(
        f'[storage]\npath = "{tmp_path / "again"}"\n[feeds]\nfile = "{tmp_path / "host" / "feeds.toml"}"\n'
    )
    place.config = other
    assert run(place, "export", tmp_path / "two") == 0
    first, second = (json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("one", "two"))
    for found in (first, second):
        del found["made_at"], found["files"]["config/aggregator.toml"]
    assert first == second


def test_lines_can_be_read_by_anything(place: Installation, tmp_path: Path) -> None:
    """Plain JSON by the names of the columns, one row a line, in the order of the key."""
    assert run(place, "export", tmp_path / "out") == 0
    lines = (tmp_path / "out" / "tables" / "journal.jsonl").read_text().splitlines()
    journal = [json.loads(line) for line in lines]
    assert [row["seq"] for row in journal] == list(range(1, len(journal) + 1))
    assert set(journal[0]) == {"seq", "kind", "feed_id", "entry_id", "at", "payload", "hash"}


def spoil(path: Path, old: str, new: str) -> None:
    """Change a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda out: spoil(out / "tables/journal.jsonl", "added", "adder"), "is not what the manifest says"),
        (lambda out: (out / "tables/entries.jsonl").unlink(), "cannot be read"),
        (lambda out: (out / "manifest.json").unlink(), "is no export"),
        (lambda out: (out / "manifest.json").write_text("{"), "manifest of the backup is damaged"),
        (lambda out: spoil(out / "manifest.json", "tables/journal.jsonl", "../journal.jsonl"), "no backup of ours has"),
        (lambda out: spoil(out / "manifest.json", '"m0001', '"m9999'), "newer version"),
        (lambda out: _link(out / "tables/entries.jsonl"), "cannot be read"),
    ],
)
def test_a_spoilt_export_is_refused(
    place: Installation,
    tmp_path: Path,
    change: Callable[[Path], object],
    word: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Bad input: changed, missing and hostile files are named, and nothing is restored."""
    assert run(place, "export", tmp_path / "out") == 0
    change(tmp_path / "out")
    assert run(place, "restore", tmp_path / "out", "--to", tmp_path / "again") == 1
    assert word in capsys.readouterr().err
    assert left(tmp_path / "again") == ["aggregator.lock"]


def _link(path: Path) -> None:
    moved = path.rename(path.with_suffix(".away"))
    path.symlink_to(moved)


def test_a_row_that_fits_no_table_is_refused(
    place: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input: even with a manifest made to fit, lines that are no rows are named by their number."""
    from hashlib import sha256

    assert run(place, "export", tmp_path / "out") == 0
    file, manifest = tmp_path / "out" / "tables" / "meta.jsonl", tmp_path / "out" / "manifest.json"
    for line in ("[]", '{"name":"a"}', "nonsense", '{"name":"a","value":{"base64":"?"}}', '{"name":null,"value":"b"}'):
        file.write_text(f'{{"name":"z","value":"b"}}\n{line}\n')
        found = json.loads(manifest.read_text())
        body = file.read_bytes()
        found["files"]["tables/meta.jsonl"] = {"size": len(body), "sha256": sha256(body).hexdigest()}
        manifest.write_text(json.dumps(found))
        assert run(place, "restore", tmp_path / "out", "--to", tmp_path / "again") == 1
        told = capsys.readouterr().err
        assert "meta.jsonl, line 2: this is no row of the table" in told or "refuses this" in told
        assert left(tmp_path / "again") == ["aggregator.lock"]


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_full_disk_harms_nothing(
    place: Installation, tmp_path: Path, share: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input: no room for the export: nothing is left of it, the archive is as it was."""
    before = rows(place.data)
    with disk_of(int((place.data / "archive.db").stat().st_size * share)):
        status = run(place, "export", tmp_path / "out")
    assert status == 0 or "full disk" in (told := capsys.readouterr().err) or "cannot be written" in told
    assert (status, left(tmp_path)) == ((0, ["host", "out"]) if share == 1.0 else (1, ["host"]))
    assert rows(place.data) == before
    assert run(place, "export", tmp_path / "out") == (1 if share == 1.0 else 0)
