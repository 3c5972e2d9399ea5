"""The folder of captures read back: no byte of it can change unnoticed."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.captures.checking import CaptureLine, CapturesCheck
from aggregator.captures.folder import WarcFolder
from aggregator.captures.seal import seal
from aggregator.model import CaptureKind, Flaw, Kept, Place
from tests.captures.nouns import BODY, NOW, answered, capture, original
from tests.captures.test_folder import LARGE, distinct, folder, keep

FILE = "2026-06-001"


class Holding(NamedTuple):
    """A folder of captures and what the archive knows of it."""

    path: Path
    rows: tuple[CaptureLine, ...]
    ends: dict[str, int]

    def flaws(self, path: Path | None = None) -> list[Flaw]:
        """What is wrong with it, or with a copy of it."""
        return list(CapturesCheck(path or self.path).flaws(self.rows, self.ends))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Holding:
    """Bodies, an equal one, answers that say not modified, in two files."""
    path = tmp_path_factory.mktemp("captures") / "captures"
    first = seal(capture(), None)
    equal = seal(capture(answered(BODY, at=NOW + timedelta(minutes=1))), original(first.digest))
    silent = seal(capture(answered(b"", 304, at=NOW + timedelta(minutes=2))), original(first.digest))
    writer = folder(path)
    done = keep(writer, first, equal, distinct(3), silent, distinct(5), silent)
    done += keep(writer, distinct(60 * 24 * 20), silent)
    writer.close()
    return Holding(path, lines(done), ends(done))


def lines(done: list[Kept]) -> tuple[CaptureLine, ...]:
    """The distinct bodies among these captures."""
    bodies = [each for each in done if each.kind is CaptureKind.WHOLE]
    return tuple(
        CaptureLine(number=number, place=each.place, digest=each.digest, proof=each.proof, removed=False)
        for number, each in enumerate(bodies, 1)
    )


def ends(done: list[Kept]) -> dict[str, int]:
    """Up to where the archive knows each file."""
    found: dict[str, int] = {}
    for each in done:
        found[each.place.file] = max(found.get(each.place.file, 0), each.place.offset + each.place.length)
    return found


def copy(whole: Holding, folder: Path) -> Path:
    """A copy that may be spoilt."""
    target = folder / "copy"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(whole.path, target)
    return target


def test_what_was_kept_is_sound(whole: Holding, tmp_path: Path) -> None:
    """A clean folder passes, and so does an archive that never kept anything."""
    assert len(whole.rows) == 4
    assert len(whole.ends) == 2
    assert whole.flaws() == []
    assert list(CapturesCheck(tmp_path / "nothing").flaws((), {})) == []


def test_every_flipped_byte_is_named(whole: Holding, tmp_path: Path) -> None:
    """Flip one byte in a capture, wherever it is, and the place of its record is named."""
    target = copy(whole, tmp_path) / f"{FILE}.warc.gz"
    sound = target.read_bytes()
    places = [row.place for row in whole.rows if row.place.file == FILE]
    for at in range(0, len(sound), 11):
        target.write_bytes(sound[:at] + bytes([sound[at] ^ 0x10]) + sound[at + 1 :])
        found = whole.flaws(target.parent)
        if not found:
            # A few bits of a gzip head say nothing: the time, the system it was made on.
            assert _in_a_head(sound, at), at
            continue
        own = [place for place in places if place.offset <= at < place.offset + place.length]
        assert found[0].table == "captures"
        assert FILE in found[0].record
        assert not own or f"byte {own[0].offset})" in found[0].record


def _in_a_head(data: bytes, at: int) -> bool:
    start = data.rfind(b"\x1f\x8b\x08", 0, at + 1)
    return at - start < 10


@pytest.mark.parametrize(
    ("name", "first"),
    [
        (f"{FILE}.warc.gz", "the file is missing"),
        (f"{FILE}.cdxj", "cannot be read (No such file or directory)"),
    ],
)
def test_missing_files_are_named(whole: Holding, tmp_path: Path, name: str, first: str) -> None:
    """Bad input: a file that somebody took away is named, with each body that lay in it."""
    target = copy(whole, tmp_path)
    (target / name).unlink()
    found = whole.flaws(target)
    assert (found[0].record.split()[-1] if name.endswith("j") else FILE) in found[0].record
    assert found[0].text == first


def test_a_file_cut_in_the_middle_of_a_record_is_named(whole: Holding, tmp_path: Path) -> None:
    """Bad input: what polls refer to may not be cut off, in the newest file either."""
    target = copy(whole, tmp_path)
    for file, end in whole.ends.items():
        path = target / f"{file}.warc.gz"
        data = path.read_bytes()
        assert len(data) == end
        path.write_bytes(data[:-40])
        found = whole.flaws(target)
        assert {"breaks off" in flaw.text or "ends here" in flaw.text for flaw in found} == {True}
        path.write_bytes(data)


def test_the_end_of_the_newest_file_may_be_cut(whole: Holding, tmp_path: Path) -> None:
    """What a crash cut off, or what the service is just writing, is not known to the archive yet and no flaw."""
    target = copy(whole, tmp_path)
    newest = target / "2026-07-001.warc.gz"
    data = newest.read_bytes()
    for tail in (data[:100], bytes(500)):
        newest.write_bytes(data + tail)
        assert whole.flaws(target) == []
    newest.write_bytes(data + b"no member")
    assert [flaw.record for flaw in whole.flaws(target)] == [f"2026-07-001.warc.gz, byte {len(data)}"]
    newest.write_bytes(data)
    older = target / f"{FILE}.warc.gz"
    older.write_bytes(older.read_bytes() + data[:100])
    assert "breaks off" in whole.flaws(target)[0].text


def test_the_index_is_checked(whole: Holding, tmp_path: Path) -> None:
    """An index that leads elsewhere, or leaves a body out, is named; lines of the newest file may be behind."""
    index = copy(whole, tmp_path) / f"{FILE}.cdxj"
    sound = index.read_text().splitlines(keepends=True)
    index.write_text("".join(sound[1:]))
    assert [flaw.text for flaw in whole.flaws(index.parent)] == ["it is missing in the index beside the file"]
    index.write_text("".join(sound).replace(whole.rows[1].digest, "0" * 64))
    assert [flaw.record[:2] for flaw in whole.flaws(index.parent)] == ["2 "]
    index.write_text("nonsense\n" + "".join(sound))
    assert [flaw.record for flaw in whole.flaws(index.parent)] == [f"{FILE}.cdxj"]
    index.write_text("".join(sound))
    (index.parent / "2026-07-001.cdxj").unlink()
    assert whole.flaws(index.parent) == []


def test_what_was_taken_down_must_be_gone(whole: Holding, tmp_path: Path) -> None:
    """After a takedown the place holds a note of it; a body that lies there still is a flaw."""
    target = copy(whole, tmp_path)
    gone = whole.rows[1]._replace(removed=True)
    rows = (whole.rows[0], gone, *whole.rows[2:])
    check = CapturesCheck(target)
    assert ["taken down" in flaw.text for flaw in check.flaws(rows, whole.ends)] == [True]
    folder(target).erase(gone.place, "court order", NOW)
    assert list(check.flaws(rows, whole.ends)) == []
    assert [flaw.record[:2] for flaw in check.flaws(whole.rows, whole.ends)][:1] == ["2 "]


@given(st.lists(st.tuples(st.text(max_size=12), st.integers(), st.integers()), max_size=3), st.text(max_size=5))
def test_no_row_is_too_strange(rows: list[tuple[str, int, int]], end: str) -> None:
    """Bad input: places that somebody wrote into the database lead to flaws, never outside the folder."""
    strange = [CaptureLine(1, Place(file=file, offset=at, length=length), "", "", False) for file, at, length in rows]
    found = list(CapturesCheck(Path("/nonexistent")).flaws(strange, {end: 5} if end else {}))
    assert len(found) >= len(rows)


def test_files_that_no_poll_knows_are_read_too(tmp_path: Path) -> None:
    """A capture whose poll was never committed is no harm, and its records prove themselves."""
    writer: WarcFolder = folder(tmp_path, LARGE)
    keep(writer, distinct(1))
    assert list(CapturesCheck(tmp_path).flaws((), {})) == []
    path = tmp_path / f"{FILE}.warc.gz"
    path.write_bytes(path.read_bytes().replace(b"\x1f\x8b", b"\x1f\x8c", 2)[: path.stat().st_size])
    assert len(list(CapturesCheck(tmp_path).flaws((), {}))) == 1
