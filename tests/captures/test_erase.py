"""A capture that is taken down leaves a note of its own length: nothing of it is left, nothing else has moved."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.captures.erase import erased, was_erased
from aggregator.captures.members import members
from aggregator.captures.reader import CaptureReader
from aggregator.captures.warc import parse
from aggregator.errors import CaptureError, StoreError
from aggregator.model import Place
from tests.captures.test_folder import distinct, folder, keep, kinds, warcio

AT = datetime(2026, 7, 2, 10, tzinfo=UTC)


@given(st.integers(420, 300_000), st.text(max_size=80))
def test_the_note_has_the_length_of_what_it_replaces(length: int, reason: str) -> None:
    """Law: whatever the length, one sound record fills it."""
    note = erased(Place(file="2026-06-001", offset=7, length=length), reason, AT)
    assert len(note) == length
    (member,) = members(BytesIO(note))
    assert parse(member.data).kind == "metadata"
    assert (was_erased(parse(member.data)) or "").startswith("2026-07-02T10:00:00.000000Z")
    assert gzip.decompress(note) == member.data


def test_every_length_can_be_met() -> None:
    """Also around the steps where a length needs another digit or another block."""
    for length in (*range(420, 1_700), *range(10_200, 10_500), *range(65_500, 65_800), *range(131_000, 131_400)):
        assert len(erased(Place(file="2026-06-001", offset=7, length=length), "asked to", AT)) == length


def test_what_is_erased_is_gone_and_the_rest_stands(tmp_path: Path) -> None:
    """The file goes on to be sound for any tool; the other captures are where they were; repeating is no harm."""
    warc = folder(tmp_path)
    first, second, third = keep(warc, distinct(1), distinct(2, size=3_000), distinct(3))
    before = (tmp_path / "2026-06-001.warc.gz").stat().st_size
    for _ in range(2):
        warc.erase(second.place, "a name that had to go", AT)
    reader = CaptureReader(tmp_path)
    assert reader.read(first.place).digest == first.digest
    assert reader.read(third.place).digest == third.digest
    with pytest.raises(CaptureError, match=r"taken down: 2026-07-02T10:00:00.+Z a name that had to go"):
        reader.read(second.place)
    path = tmp_path / "2026-06-001.warc.gz"
    assert path.stat().st_size == before
    assert kinds(tmp_path) == ["warcinfo", "response", "request", "metadata", "response", "request"]
    assert warcio("check", str(path)).returncode == 0
    assert [str(second.place.offset) in line for line in (tmp_path / "2026-06-001.cdxj").read_text().splitlines()] == [
        False,
        False,
    ]
    (fourth,) = keep(warc, distinct(4))
    assert reader.read(fourth.place).digest == fourth.digest


def test_erasing_the_last_capture_ends_nothing(tmp_path: Path) -> None:
    """The next process finds the note at the end of the file and goes on behind it."""
    warc = folder(tmp_path)
    (only,) = keep(warc, distinct(1))
    warc.erase(only.place, "", AT)
    (after,) = keep(folder(tmp_path, known=only.place), distinct(2))
    assert after.place.offset == only.place.offset + only.place.length


@pytest.mark.parametrize("place", [("2026-06-009", 0, 500), ("../x", 0, 500), ("2026-06-001", 10**9, 500)])
def test_what_is_not_there_cannot_be_erased(tmp_path: Path, place: tuple[str, int, int]) -> None:
    """A wrong place is told and nothing is written."""
    warc = folder(tmp_path)
    keep(warc, distinct(1))
    before = (tmp_path / "2026-06-001.warc.gz").read_bytes()
    with pytest.raises(StoreError, match="cannot be erased"):
        warc.erase(Place(file=place[0], offset=place[1], length=place[2]), "", AT)
    assert (tmp_path / "2026-06-001.warc.gz").read_bytes() == before


def test_a_long_reason_fits_into_a_small_place() -> None:
    """R-39: however much somebody writes, a capture can be taken down."""
    place = Place(file="2026-06-001", offset=7, length=500)
    assert len(erased(place, "because " * 1_000, AT)) == place.length
