"""The published folder: whole files only, honest times, nothing outside it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
from backports import zstd

from aggregator.errors import StoreError
from aggregator.model import File
from aggregator.ports import Output
from aggregator.publish import folder as door
from aggregator.publish.folder import Folder
from aggregator.publish.manifest import NOTE
from tests.publish.press import NOON

LONG = b"The committee met in the town hall. " * 200


def file(path: str, body: bytes = LONG, seconds: int = 0) -> File:
    """A file to publish."""
    return File(path=path, body=body, changed_at=NOON + timedelta(seconds=seconds))


def names(root: Path) -> list[str]:
    """Every file under the folder but the note of what was written, by relative path."""
    found = (path for path in root.rglob("*") if path.is_file() and path.name != NOTE)
    return sorted(path.relative_to(root).as_posix() for path in found)


def test_writes_file_and_copies(tmp_path: Path) -> None:
    """R-41: the file and its copies in three codings, each giving the same bytes; made by the port's contract."""
    output: Output = Folder(tmp_path / "public")
    assert output.write([file("category/otterby.atom")]) == ("category/otterby.atom",)
    path = tmp_path / "public" / "category" / "otterby.atom"
    assert path.read_bytes() == LONG
    assert gzip.decompress(path.with_name("otterby.atom.gz").read_bytes()) == LONG
    assert brotli.decompress(path.with_name("otterby.atom.br").read_bytes()) == LONG
    assert zstd.decompress(path.with_name("otterby.atom.zst").read_bytes()) == LONG
    assert path.stat().st_mode & 0o777 == 0o644


def test_files_of_the_past_have_the_copy_that_everybody_takes(tmp_path: Path) -> None:
    """Sealed documents and old pages are many: two files of each, not four."""
    Folder(tmp_path).write([file("archive/feeds/otterby/2026-11/01.atom")])
    assert names(tmp_path) == [f"archive/feeds/otterby/2026-11/01.atom{ending}" for ending in ("", ".gz")]


def test_files_of_sources_are_packed_by_the_server(tmp_path: Path) -> None:
    """Feeds, pages and months of one source are written once; copies that an older version left beside them go."""
    folder = Folder(tmp_path)
    paths = [
        *(f"feeds/otterby.{ending}" for ending in ("atom", "rss", "json", "2.json", "html")),
        "feeds/otterby/2026/11.html",
        "feeds/otterby/2026/11/feed.atom",
    ]
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{path}.gz").write_bytes(b"older")
    folder.write([file(path) for path in paths])
    assert names(tmp_path) == sorted(paths)


def test_readable_under_a_strict_umask(tmp_path: Path) -> None:
    """A web server under another user can read the files whatever the umask is."""
    before = os.umask(0o077)
    try:
        Folder(tmp_path).write([file("feed.atom")])
    finally:
        os.umask(before)
    assert (tmp_path / "feed.atom").stat().st_mode & 0o777 == 0o644


def test_time_is_that_of_the_change(tmp_path: Path) -> None:
    """R-42: the times of file and copies are the instant of the change, not of writing."""
    Folder(tmp_path).write([file("feed.atom")])
    assert {(tmp_path / name).stat().st_mtime for name in names(tmp_path)} == {NOON.timestamp()}


def test_equal_bytes_are_not_written(tmp_path: Path) -> None:
    """R-42: publishing the same again touches nothing, even if it says a later time."""
    folder = Folder(tmp_path)
    folder.write([file("feed.atom")])
    folder.remember(1, "x")
    before = {path.name: path.stat() for path in tmp_path.iterdir()}
    assert folder.write([file("feed.atom", seconds=60)]) == ()
    after = {path.name: path.stat() for path in tmp_path.iterdir()}
    assert {name: (s.st_ino, s.st_mtime) for name, s in before.items()} == {
        name: (s.st_ino, s.st_mtime) for name, s in after.items()
    }


def test_every_change_moves_the_time(tmp_path: Path) -> None:
    """R-42: other bytes with an old instant still get a later time, or clients that ask by date would miss them."""
    folder = Folder(tmp_path)
    folder.write([file("index.html")])
    folder.write([file("index.html", LONG + b"!")])
    assert (tmp_path / "index.html").stat().st_mtime == NOON.timestamp() + 1


def test_same_bytes_give_the_same_copies(tmp_path: Path) -> None:
    """R-40, R-42: copies are reproducible, so entity tags are equal on every replica."""
    Folder(tmp_path / "a").write([file("feed.rss")])
    Folder(tmp_path / "b").write([file("feed.rss", seconds=99)])
    for name in names(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_small_files_have_no_copies_and_old_ones_go(tmp_path: Path) -> None:
    """A copy of what was there before never survives a change."""
    folder = Folder(tmp_path)
    folder.write([file("feed.json")])
    folder.write([file("feed.json", b"{}", 5)])
    assert names(tmp_path) == ["feed.json"]
    folder.write([file("feed.json", os.urandom(600), 6)])
    assert "feed.json.gz" not in names(tmp_path)


class KilledError(Exception):
    """The process dies here."""


@pytest.mark.parametrize("step", range(1, 8))
def test_crash_never_leaves_an_old_copy_of_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Killed at any rename: each file is whole, and no copy is older than its file; the next publish mends all."""
    folder = Folder(tmp_path)
    folder.write([file("a.atom"), file("b.atom")])
    old, new = LONG, LONG.replace(b"town", b"city")
    count = 0
    real = os.replace

    def dying(draft: str, target: str) -> None:
        nonlocal count
        count += 1
        if count == step:
            raise KilledError
        real(draft, target)

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(KilledError):
        folder.write([file("a.atom", new, 9), file("b.atom", new, 9)])
    monkeypatch.undo()
    for name in ("a.atom", "b.atom"):
        main = (tmp_path / name).read_bytes()
        copy = gzip.decompress((tmp_path / f"{name}.gz").read_bytes())
        assert main in (old, new)
        assert copy == new or main == old
    again = Folder(tmp_path)
    again.write([file("a.atom", new, 9), file("b.atom", new, 9)])
    for name in ("a.atom", "b.atom"):
        assert (tmp_path / name).read_bytes() == gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == new
    assert not [name for name in names(tmp_path) if name.endswith(".tmp")]


def test_copy_of_another_time_is_mended(tmp_path: Path) -> None:
    """A copy that was not written with its file, as after a power cut, is written again."""
    folder = Folder(tmp_path)
    folder.write([file("feed.atom")])
    stale = tmp_path / "feed.atom.gz"
    stale.write_bytes(gzip.compress(b"old"))
    os.utime(stale, (1, 1))
    assert folder.write([file("feed.atom")]) == ("feed.atom",)
    assert gzip.decompress(stale.read_bytes()) == LONG


@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_full_disk_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: bool) -> None:
    """A full disk is a StoreError with a reason; old files stay whole and no half-written one stays behind."""
    folder = Folder(tmp_path)
    count = door.FEW + 6 if many else 3
    folder.write([file(f"archive/{number}.atom") for number in range(count)])
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    real = os.utime
    left = 5

    def full(path: Path, times: tuple[float, float]) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(28, "No space left on device", str(path))
        real(path, times)

    monkeypatch.setattr(os, "utime", full)
    with pytest.raises(StoreError, match="No space left"):
        folder.write([file(f"archive/{number}.atom", LONG * 2, 9) for number in range(count)])
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_unusable_folder_is_told(tmp_path: Path) -> None:
    """A file where the folder should be is a StoreError that names it."""
    (tmp_path / "public").write_text("in the way")
    with pytest.raises(StoreError, match="public"):
        Folder(tmp_path / "public")


@pytest.mark.parametrize(
    "path",
    [
        "../evil.atom",
        "feeds/../../evil.atom",
        "/etc/cron.d/evil",
        "feeds//a.atom",
        ".state.json",
        "feeds/.hidden",
        "feeds/",
        "",
        "a\\b.atom",
        "a\0b",
        "a\nb",
        "feed.atom.gz",
        "feed.atom.tmp",
        "x" * 201,
    ],
)
def test_paths_stay_inside(tmp_path: Path, path: str) -> None:
    """Ids and categories end up in paths: nothing outside the folder, hidden, or named like a copy is written."""
    folder = Folder(tmp_path / "public")
    with pytest.raises(StoreError):
        folder.write([file("good.atom"), file(path)])
    assert names(tmp_path) == []


def test_dropped_pages_go(tmp_path: Path) -> None:
    """R-21: a further page that the first one does not lead to any more is removed, those of other feeds stay."""
    folder = Folder(tmp_path)
    folder.write([file(path) for path in ("feed.json", "feed.2.json", "feed.3.json", "feeds/a.json", "feeds/a.2.json")])
    folder.write([file("feed.json", LONG * 2, 5), file("feed.2.json", seconds=5)])
    kept = [name for name in names(tmp_path) if name.endswith(".json")]
    assert kept == ["feed.2.json", "feed.json", "feeds/a.2.json", "feeds/a.json"]
    assert "feed.3.json.gz" not in names(tmp_path)


def test_remove_except(tmp_path: Path) -> None:
    """Feeds that are no longer published go in every format with pages and copies; nothing else is touched."""
    folder = Folder(tmp_path)
    endings = ("atom", "rss", "json", "2.json", "html")
    folder.write([file("feed.atom"), *(file(f"category/{name}.{end}") for name in ("a", "a-b") for end in endings)])
    (tmp_path / "category" / "a.atom.gz.orphan").unlink(missing_ok=True)
    assert folder.remove_except("category", ["category/a-b"]) == tuple(sorted(f"category/a.{end}" for end in endings))
    assert not [name for name in names(tmp_path) if name.startswith("category/a.")]
    assert "category/a-b.2.json.gz" in names(tmp_path)
    assert "feed.atom" in names(tmp_path)
    assert folder.remove_except("feeds", []) == ()
    with pytest.raises(StoreError):
        folder.remove_except("..", [])


def test_remembers(tmp_path: Path) -> None:
    """What was published last is noted where no web server serves it, survives a restart, and goes with the folder."""
    folder = Folder(tmp_path)
    assert folder.published() == (0, "")
    folder.remember(41, "digest")
    assert Folder(tmp_path).published() == (41, "digest")
    assert names(tmp_path) == [".state.json"]
    (tmp_path / ".state.json").write_bytes(b'{"seq": "x"')
    assert folder.published() == (0, "")


def test_many_files_with_one_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big publish flushes the disk once before its renames, a small one each file: nothing is renamed unflushed."""
    calls: list[str] = []
    monkeypatch.setattr(os, "sync", lambda: calls.append("sync"))
    real = os.replace

    def noting(draft: str, target: str) -> None:
        calls.append("rename")
        real(draft, target)

    monkeypatch.setattr(os, "replace", noting)
    Folder(tmp_path).write([file(f"feeds/{n}.atom", b"small") for n in range(door.FEW + 1)])
    assert calls == ["sync", *["rename"] * (door.FEW + 1)]
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    few: Sequence[File] = [file(f"feeds/{n}.rss", b"small") for n in range(3)]
    Folder(tmp_path).write(few)
    assert calls.count("sync") == 1
    assert len(flushed) >= 3
