"""Drafts of published files: none is left behind, whatever happens, and none is looked for where none can be."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aggregator.publish import drafts
from aggregator.publish.drafts import DRAFTS
from aggregator.publish.folder import Folder
from tests.publish.test_folder import LONG, file, names


def test_leftovers_of_an_older_version_are_cleared_at_start(tmp_path: Path) -> None:
    """What an interrupted publish left under a temporary name beside its file goes; published files stay."""
    Folder(tmp_path).write([file("archive/a.atom")])
    (tmp_path / DRAFTS).rmdir()
    (tmp_path / "archive" / ".b.atom.tmp").write_bytes(b"half")
    Folder(tmp_path)
    assert names(tmp_path) == ["archive/a.atom", "archive/a.atom.gz"]


@pytest.mark.parametrize("what", ["replace", "utime", "fsync", "unlink"])
@pytest.mark.parametrize("step", [1, 2, 5])
def test_a_killed_process_leaves_nothing_behind(tmp_path: Path, what: str, step: int) -> None:
    """Dead at once, at any step and without a chance to tidy up: the next start finds every draft, and
    the next publish mends the rest."""
    folder = Folder(tmp_path)
    folder.write([file("archive/a.atom"), file("archive/b.atom")])
    (tmp_path / "archive" / "b.atom.br").write_bytes(b"of an older version")
    files = [file(f"archive/{name}.atom", LONG * 2, 9) for name in "abc"]
    child = os.fork()
    if child == 0:
        _die_at(what, step)
        folder.write(files)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == 9 and what != "unlink":
        assert [name for name in names(tmp_path) if name.endswith(".tmp")]
    again = Folder(tmp_path)
    assert not [name for name in names(tmp_path) if name.endswith(".tmp")]
    again.write(files)
    endings = ("atom", "atom.gz")
    assert names(tmp_path) == sorted(f"archive/{name}.{ending}" for name in "abc" for ending in endings)
    assert {(tmp_path / f"archive/{name}.atom").read_bytes() for name in "abc"} == {LONG * 2}


def _die_at(what: str, step: int) -> None:
    """The process ends at the call of this name in `os`, the so manieth."""
    real, count = getattr(os, what), itertools.count(1)
    setattr(os, what, lambda *words, **more: os._exit(9) if next(count) == step else real(*words, **more))


def test_a_start_does_not_walk_through_what_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a million pages a walk takes minutes: only the folder of drafts is looked into."""
    Folder(tmp_path).write([file("archive/a.atom")])
    (tmp_path / DRAFTS / ".3.tmp").write_bytes(b"half")
    looked: list[str] = []
    for what in ("scandir", "listdir"):
        real = getattr(os, what)

        def noting(path: str, real: Callable[[str], Any] = real) -> Any:
            looked.append(str(path))
            return real(path)

        monkeypatch.setattr(os, what, noting)
    Folder(tmp_path)
    assert set(looked) == {str(tmp_path / DRAFTS)}
    assert not list((tmp_path / DRAFTS).iterdir())


def test_the_folder_may_go_at_any_time(tmp_path: Path) -> None:
    """Somebody removes everything while the service runs: the next publish makes it again."""
    folder = Folder(tmp_path / "public")
    folder.write([file("feeds/a.atom")])
    shutil.rmtree(tmp_path / "public")
    assert folder.published() == (0, "")
    folder.write([file("feeds/a.atom")])
    folder.remember(1, "x")
    assert names(tmp_path / "public") == [".state.json", "feeds/a.atom"]


def test_names_in_many_folders_with_one_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source's months lie in folders of their own: the names in many of them are made safe at once, those in few one
    by one, and always before the publish is noted."""
    folder = Folder(tmp_path)
    flushed: list[str] = []
    synced: list[str] = []
    monkeypatch.setattr(drafts, "flush_folder", flushed.append)
    monkeypatch.setattr(os, "sync", lambda: synced.append("sync"))
    folder.write([file(f"feeds/{n}/2026/11.html", b"small") for n in range(drafts.FEW_FOLDERS)])
    assert (len(flushed), synced) == (drafts.FEW_FOLDERS, [])
    folder.write([file(f"feeds/{n}/2026/12.html", b"small") for n in range(drafts.FEW_FOLDERS + 1)])
    assert (len(flushed), synced) == (drafts.FEW_FOLDERS, ["sync"])
