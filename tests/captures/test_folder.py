"""The folder of captures: by month, bounded, whole after a crash or on a full disk; other tools agree (R-66)."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from aggregator.captures.closing import closed_at
from aggregator.captures.folder import TRY_AGAIN, WarcFolder
from aggregator.captures.reader import CaptureReader
from aggregator.captures.seal import seal
from aggregator.errors import CaptureError, StoreError
from aggregator.model import Kept, Place, SealedCapture
from tests.captures.nouns import BODY, NOW, answered, capture, original

LARGE = 10**9
AGENT = "Aggregator/1 (+https://news.example/bot)"


def folder(path: Path, most: int = LARGE, known: Place | None = None) -> WarcFolder:
    return WarcFolder(path, most, AGENT, lambda: known)


def distinct(number: int, at: datetime | None = None, size: int = 400) -> SealedCapture:
    """An answer unlike any other."""
    body = b"".join(sha256(f"{number} {part}".encode()).digest() for part in range(size // 32))
    return seal(capture(answered(body, at=at or NOW + timedelta(minutes=number))), None)


def keep(kept: WarcFolder, *sealed: SealedCapture) -> list[Kept]:
    done = [kept.append(each) for each in sealed]
    kept.flush()
    assert None not in done
    return [each for each in done if each is not None]


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def kinds(path: Path, file: str = "2026-06-001") -> list[str]:
    return [each.record.kind for each in CaptureReader(path).records(file)]


def warcio(*args: str) -> subprocess.CompletedProcess[str]:
    """The library's own command line."""
    return subprocess.run([sys.executable, "-m", "warcio.cli", *args], check=False, capture_output=True, text=True)


def test_what_is_kept_can_be_read(tmp_path: Path) -> None:
    """P-01: every capture comes back from the place that the archive notes; nothing is touched before the first."""
    warc = folder(tmp_path / "captures")
    assert not (tmp_path / "captures").exists()
    first, again, confirmed = keep(
        warc,
        seal(capture(), None),
        seal(capture(answered(at=NOW + timedelta(hours=1))), original(sha256(BODY).hexdigest())),
        seal(capture(answered(b"", 304, at=NOW + timedelta(hours=2))), original(sha256(BODY).hexdigest())),
    )
    reader = CaptureReader(tmp_path / "captures")
    assert reader.files() == ("2026-06-001",)
    assert reader.read(first.place).capture == capture()
    assert reader.read(again.place).digest == first.digest
    assert reader.read(confirmed.place).capture.response.status == 304
    assert kinds(tmp_path / "captures") == ["warcinfo", "response", "request", "revisit", "revisit"]
    stored = (tmp_path / "captures" / "2026-06-001.warc.gz").read_bytes()
    assert sha256(stored[first.place.offset :][: first.place.length]).hexdigest() == first.proof


def test_other_tools_agree(tmp_path: Path) -> None:
    """The library's own checker finds every digest right, and its indexer the places that our index names."""
    warc = folder(tmp_path)
    keep(warc, *(distinct(number) for number in range(5)), seal(capture(), original(sha256(BODY).hexdigest())))
    file, index = tmp_path / "2026-06-001.warc.gz", (tmp_path / "2026-06-001.cdxj").read_text().splitlines()
    checked = warcio("check", "-v", str(file))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("digest pass") == 11, "warcinfo, five answers, five requests"
    listed = warcio("index", "-f", "offset,warc-type,warc-target-uri", str(file))
    theirs = [json.loads(line) for line in listed.stdout.splitlines()]
    ours = [json.loads(line.split(" ", 2)[2]) for line in index]
    found = {each["offset"] for each in theirs if each["warc-type"] in {"response", "revisit"}}
    assert {each["offset"] for each in ours} == found
    assert index[0].startswith("example,knowsmere)/feed/?type=rss 20260615090000 {")
    assert [each["mime"] for each in ours] == ["application/rss+xml"] * 5 + ["warc/revisit"]


def test_files_go_by_month_in_utc(tmp_path: Path) -> None:
    """Midnight of UTC divides them; a clock that was set back does not lead back into an older file."""
    warc = folder(tmp_path)
    june, july = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    places = [each.place.file for each in keep(warc, distinct(1, june), distinct(2, july), distinct(3, june))]
    assert places == ["2026-06-001", "2026-07-001", "2026-07-001"]


def test_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    """The size is bounded; even one capture larger than the bound is kept, in a file of its own."""
    warc = folder(tmp_path, most=4_000)
    kept = keep(warc, *(distinct(number) for number in range(6)), distinct(9, size=9_000), distinct(10))
    assert [each.place.file[-3:] for each in kept] == ["001", "001", "002", "002", "003", "003", "004", "005"]
    reader = CaptureReader(tmp_path)
    assert all(reader.read(each.place).digest == each.digest for each in kept)
    assert max(path.stat().st_size for path in tmp_path.glob("*-00[1235].warc.gz")) <= 4_000


def test_the_next_process_goes_on_where_the_last_ended(tmp_path: Path) -> None:
    """One file a month, however often the service is restarted."""
    first = keep(folder(tmp_path), distinct(1))
    second = keep(folder(tmp_path, known=first[0].place), distinct(2))
    assert second[0].place.offset == first[0].place.offset + first[0].place.length
    assert kinds(tmp_path) == ["warcinfo", "response", "request", "response", "request"]
    assert len((tmp_path / "2026-06-001.cdxj").read_text().splitlines()) == 2


def test_a_file_that_was_closed_well_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a start costs does not grow with the answers of 304 since the last whole one."""
    warc = folder(tmp_path)
    (first,) = keep(warc, distinct(1))
    warc.close()
    with monkeypatch.context() as patched:
        patched.setattr("aggregator.captures.folder.mend", None)
        warc = folder(tmp_path, known=first.place)
        (second,) = keep(warc, distinct(2))
    assert second.place.offset == first.place.offset + first.place.length
    assert kinds(tmp_path) == ["warcinfo", "response", "request", "response", "request"]
    # It is open, and nobody knows how its process will end.
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("ending", [".warc.gz", ".cdxj"])
@pytest.mark.parametrize("change", ["longer", "shorter", "other", "older"])
def test_a_note_of_a_file_that_was_touched_counts_for_nothing(tmp_path: Path, ending: str, change: str) -> None:
    """Size and time of the file and of its index must be what they were when it was closed."""
    warc = folder(tmp_path)
    keep(warc, distinct(1), distinct(2))
    warc.close()
    end = (tmp_path / "2026-06-001.warc.gz").stat().st_size
    assert closed_at(tmp_path, "2026-06-001") == end
    path = tmp_path / f"2026-06-001{ending}"
    data, about = path.read_bytes(), path.stat()
    changed = {"longer": data + b"\0", "shorter": data[:-1], "other": data[:-1] + b"x", "older": data}[change]
    path.write_bytes(changed)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns + (change != "longer") - (change == "shorter")))
    assert closed_at(tmp_path, "2026-06-001") is None


def test_a_file_whose_index_has_a_gap_is_read_again(tmp_path: Path) -> None:
    """What could not be written to the index is written at the next start, however well the file was closed."""
    warc, index = folder(tmp_path), tmp_path / "2026-06-001.cdxj"
    index.mkdir()
    keep(warc, distinct(1))
    index.rmdir()
    keep(warc, distinct(2))
    warc.close()
    assert closed_at(tmp_path, "2026-06-001") is None
    keep(folder(tmp_path), distinct(3))
    assert len(index.read_text().splitlines()) == 3


@pytest.mark.parametrize("lost", [1, 7, 200, 1_000])
def test_a_cut_record_is_taken_away_and_no_whole_one(tmp_path: Path, lost: int) -> None:
    """A crash or a full disk leaves half a record: the next start removes it, keeps all before and goes on."""
    kept = keep(folder(tmp_path), *(distinct(number, size=2_000) for number in range(4)))
    path = tmp_path / "2026-06-001.warc.gz"
    os.truncate(path, path.stat().st_size - lost)
    safe = kept[2].place
    keep(folder(tmp_path, known=safe), distinct(9))
    reader = CaptureReader(tmp_path)
    assert [reader.read(each.place).digest for each in kept[:3]] == [each.digest for each in kept[:3]]
    assert kinds(tmp_path)[:7] == ["warcinfo", *["response", "request"] * 3]
    lines = (tmp_path / "2026-06-001.cdxj").read_text().splitlines()
    offsets = [int(json.loads(line.split(" ", 2)[2])["offset"]) for line in lines]
    answers = [each.offset for each in reader.records("2026-06-001") if each.record.kind == "response"]
    assert offsets == answers
    assert warcio("check", str(path)).returncode == 0


def test_a_tail_of_zeros_is_taken_away(tmp_path: Path) -> None:
    """A loss of power may leave a file longer than what was written."""
    (first,) = keep(folder(tmp_path), distinct(1))
    with (tmp_path / "2026-06-001.warc.gz").open("ab") as out:
        out.write(bytes(5_000))
    (second,) = keep(folder(tmp_path, known=first.place), distinct(2))
    assert second.place.offset == first.place.offset + first.place.length


def test_a_damaged_file_is_left_alone(tmp_path: Path) -> None:
    """A changed byte is not ours to mend: the file stays as it is, the next one is begun."""
    kept = keep(folder(tmp_path), *(distinct(number) for number in range(3)))
    (tmp_path / "2026-06-001.cdxj").unlink()
    path = tmp_path / "2026-06-001.warc.gz"
    data = bytearray(path.read_bytes())
    data[kept[1].place.offset + 40] ^= 1
    path.write_bytes(data)
    (after,) = keep(folder(tmp_path, known=kept[2].place), distinct(9))
    assert after.place.file == "2026-06-002"
    assert path.read_bytes() == bytes(data)
    reader = CaptureReader(tmp_path)
    assert reader.read(kept[2].place).digest == kept[2].digest
    with pytest.raises(CaptureError) as fault:
        reader.read(kept[1].place)
    assert (fault.value.file, fault.value.offset, fault.value.cut) == ("2026-06-001", kept[1].place.offset, False)
    with pytest.raises(CaptureError, match=f"2026-06-001, byte {kept[1].place.offset}: "):
        list(reader.records("2026-06-001"))


def test_a_file_shorter_than_the_archive_knows_is_left_alone(tmp_path: Path) -> None:
    """An older copy of the folder was put back: its places must not be given away a second time."""
    kept = keep(folder(tmp_path), distinct(1), distinct(2))
    os.truncate(tmp_path / "2026-06-001.warc.gz", kept[1].place.offset)
    (after,) = keep(folder(tmp_path, known=kept[1].place), distinct(3))
    assert after.place.file == "2026-06-002"
    (tmp_path / "2026-06-002.warc.gz").unlink()
    (later,) = keep(folder(tmp_path, known=after.place), distinct(4))
    assert later.place.file == "2026-06-003"


def test_a_lost_index_is_made_again(tmp_path: Path) -> None:
    """The index is made of the records, whatever became of it."""
    warc = folder(tmp_path)
    keep(warc, *(distinct(number) for number in range(4)))
    path = tmp_path / "2026-06-001.cdxj"
    whole = path.read_text()
    for broken in ("", whole[:-20], "nonsense\n", whole.splitlines(keepends=True)[0] + "{\n"):
        path.write_text(broken)
        again = folder(tmp_path)
        again.append(distinct(9))
        again.flush()
        assert path.read_text().startswith(whole)
        path.write_text(whole)
        os.truncate(tmp_path / "2026-06-001.warc.gz", end_of(whole.splitlines()[-1]))


def end_of(line: str) -> int:
    facts = json.loads(line.split(" ", 2)[2])
    return int(facts["offset"]) + int(facts["length"])


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """The kernel refuses to let any file grow beyond so many bytes, in the middle of a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_pauses_captures_and_harms_nothing(tmp_path: Path) -> None:
    """Whole records stay, half a one does not; captures rest, say so, and go on by themselves when there is room."""
    warc = folder(tmp_path)
    (first,) = keep(warc, distinct(1))
    end = first.place.offset + first.place.length
    with disk_of(end + 500):
        assert warc.append(distinct(2, size=4_000)) is None
        assert warc.fault is not None
        assert "cannot be written" in warc.fault
        assert warc.append(distinct(3)) is None, "it rests"
        warc.flush()
    path = tmp_path / "2026-06-001.warc.gz"
    assert path.stat().st_size == end
    (late,) = keep(warc, distinct(4, NOW + TRY_AGAIN + timedelta(minutes=5)))
    assert warc.fault is None
    assert late.place.offset == end
    assert warcio("check", str(path)).returncode == 0


def test_what_cannot_be_made_safe_is_not_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails at fsync raises before the commit; the records that nobody knows of are taken back."""
    warc = folder(tmp_path)
    (first,) = keep(warc, distinct(1))

    def broken(handle: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        assert warc.append(distinct(2)) is not None
        with pytest.raises(StoreError, match="captures cannot be made safe"):
            warc.flush()
    assert warc.fault is not None
    (second,) = keep(warc, distinct(3))
    assert second.place.offset == first.place.offset + first.place.length


def test_a_file_that_failed_once_is_not_trusted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed fsync the next one may say that all is well although pages are lost: where a file is full and
    cannot be made safe when the next one is to begin, what was appended to it is not committed either."""
    warc = folder(tmp_path, most=2_000)
    keep(warc, distinct(1))
    real, broken = os.fsync, [True]

    def once(handle: int) -> None:
        if broken:
            broken.clear()
            raise OSError(5, "Input/output error")
        real(handle)

    monkeypatch.setattr(os, "fsync", once)
    lost = []
    while warc.fault is None:
        lost.append(warc.append(distinct(2)))
    assert lost[0] is not None
    with pytest.raises(StoreError, match="captures cannot be made safe"):
        warc.flush()
    (kept,) = keep(warc, distinct(3))
    assert kept.place.file == lost[0].place.file
    assert kept.place.offset < lost[0].place.offset + lost[0].place.length
    size = (tmp_path / f"{kept.place.file}.warc.gz").stat().st_size
    assert size == kept.place.offset + kept.place.length, "nothing of what was lost is left"


def test_a_folder_that_cannot_be_used_pauses_captures(tmp_path: Path) -> None:
    """A file stands where the folder should be: polling goes on without captures, and says why."""
    (tmp_path / "captures").write_text("in the way")
    warc = folder(tmp_path / "captures")
    assert warc.append(distinct(1)) is None
    assert "captures cannot be written" in (warc.fault or "")
    warc.flush()
    warc.close()


def test_a_place_names_a_file_of_the_folder_only(tmp_path: Path) -> None:
    """A database changed by hand leads nowhere else; what is missing is named."""
    reader = CaptureReader(tmp_path)
    for file in ("../../etc/passwd", "2026-06-001/../x", ""):
        with pytest.raises(CaptureError, match="no name of ours"):
            reader.read(Place(file=file, offset=0, length=10))
    with pytest.raises(CaptureError, match="the file is missing"):
        reader.read(Place(file="2026-06-001", offset=0, length=10))
    (first,) = keep(folder(tmp_path), distinct(1))
    with pytest.raises(CaptureError, match="the file ends before"):
        reader.read(replace(first.place, length=first.place.length + 1))
    assert CaptureReader(tmp_path / "none").files() == ()


def test_proofs_are_read_in_one_go(tmp_path: Path) -> None:
    """What the journal proves can be compared without unpacking; each fault is told at its place, the rest goes on."""
    kept = keep(folder(tmp_path), *(distinct(number) for number in range(3)))
    beyond = replace(kept[2].place, length=10**6)
    missing = replace(kept[0].place, file="2026-05-001")
    found = list(CaptureReader(tmp_path).proofs([kept[0].place, beyond, kept[2].place, missing, kept[1].place]))
    assert [found[0], found[2], found[4]] == [kept[0].proof, kept[2].proof, kept[1].proof]
    assert "the file ends before" in str(found[1])
    assert str(found[3]) == "2026-05-001, byte 0: the file is missing"


def test_closing_twice_is_no_harm(tmp_path: Path) -> None:
    """What was appended is safe after closing."""
    warc = folder(tmp_path)
    warc.append(distinct(1))
    warc.close()
    warc.close()
    assert kinds(tmp_path) == ["warcinfo", "response", "request"]
