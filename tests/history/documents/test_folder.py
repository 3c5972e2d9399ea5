"""Folders as people hand them in, tricks and accidents included."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aggregator.history.documents.folder import Found, Refused, manifests, read_file, survey

LIMIT = 1_000


def made(folder: Path, **files: str) -> Path:
    """A folder with these files; ``__`` in a name is a slash."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def names(*paths: Path) -> dict[str, str]:
    """What a survey finds: the path below the folder, or the reason of its refusal by name."""
    found: dict[str, str] = {}
    for each in survey(paths):
        found |= {each.below: ""} if isinstance(each, Found) else {Path(each.name).name: each.reason}
    return found


def test_files_are_found_by_path(tmp_path: Path) -> None:
    """Below folders too, each once, in the same order whatever was named first."""
    made(tmp_path, b="b", a="a", c__d="d")
    assert [each.name for each in survey([tmp_path / "b", tmp_path])] == [
        each.name for each in survey([tmp_path, tmp_path / "b"])
    ]
    assert list(names(tmp_path)) == ["a", "b", "c/d"]
    assert sum(1 for _ in survey([tmp_path, tmp_path / "a", tmp_path / "c"])) == 3


def test_hidden_files_lists_and_parts_of_pages_are_left_out(tmp_path: Path) -> None:
    """What a browser saves beside a page is part of it; the list is no document."""
    made(tmp_path, page="x", page_files__style="x", other_files__text="y")
    made(tmp_path, **{".hidden": "x", ".git__config": "x", "manifest.csv": "file\n", "sub__manifest.csv": "a document"})
    assert list(names(tmp_path)) == ["page", "other_files/text", "sub/manifest.csv"]


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    """To files and folders, straight or over several steps, up by dots or to nowhere."""
    outside = made(tmp_path / "outside", secret="s")
    inside = made(tmp_path / "inside", good="g")
    (inside / "to-file").symlink_to(outside / "secret")
    (inside / "step").symlink_to("to-file")
    (inside / "up").symlink_to("../outside/secret")
    (inside / "to-folder").symlink_to(outside)
    (inside / "nowhere").symlink_to("missing")
    (inside / "itself").symlink_to("itself")
    found = names(inside)
    assert [name for name, reason in found.items() if not reason] == ["good"]
    assert {name for name, reason in found.items() if "out of the folder" in reason} == {"to-file", "step", "up"}
    assert "name that folder itself" in found["to-folder"]
    assert "cannot be found" in found["nowhere"]
    assert "cannot be found" in found["itself"]


def test_links_within_the_folder_are_the_file_they_lead_to(tmp_path: Path) -> None:
    """The file counts once."""
    made(tmp_path, good="g")
    (tmp_path / "also").symlink_to("good")
    assert list(names(tmp_path)) == ["good"]


def test_a_file_named_itself_may_be_a_link(tmp_path: Path) -> None:
    """Whoever names it means what it leads to."""
    made(tmp_path / "outside", text="t")
    (tmp_path / "link").symlink_to("outside/text")
    assert list(names(tmp_path / "link")) == ["text"]


def test_what_is_no_plain_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """A pipe would block for ever."""
    made(tmp_path, good="g")
    os.mkfifo(tmp_path / "pipe")
    assert names(tmp_path) == {"good": "", "pipe": "it is no plain file"}
    assert "no plain file" in names(Path("/dev/zero"))["zero"]


def test_enormous_and_missing_files_are_refused(tmp_path: Path) -> None:
    """By name, with the limit; a file that grew meanwhile too."""
    made(tmp_path, huge="x" * (LIMIT + 1), good="g")
    found = {each.below: each for each in survey([tmp_path]) if isinstance(each, Found)}
    huge = read_file(found["huge"], LIMIT)
    assert isinstance(huge, Refused)
    assert "1,001 bytes" in huge.reason
    assert "cannot be found" in names(tmp_path / "missing")["missing"]
    small = next(each for each in survey([tmp_path / "good"]) if isinstance(each, Found))
    (tmp_path / "good").write_text("x" * 5000)
    assert isinstance(read_file(small, LIMIT), Refused)
    (tmp_path / "good").unlink()
    refused = read_file(small, LIMIT)
    assert isinstance(refused, Refused)
    assert "cannot be read" in refused.reason


def test_a_file_that_became_a_link_is_refused(tmp_path: Path) -> None:
    """Between looking and opening."""
    made(tmp_path, good="g", secret="s")
    found = next(each for each in survey([tmp_path / "good"]) if isinstance(each, Found))
    (tmp_path / "good").unlink()
    (tmp_path / "good").symlink_to(tmp_path / "secret")
    assert isinstance(read_file(found, LIMIT), Refused)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_unreadable_files_and_folders_are_refused(tmp_path: Path) -> None:
    """Rights are missing: named, and the rest goes on."""
    made(tmp_path, good="g", closed="c", folder__inner="i")
    (tmp_path / "closed").chmod(0)
    (tmp_path / "folder").chmod(0)
    reasons = [read_file(each, LIMIT) if isinstance(each, Found) else each for each in survey([tmp_path])]
    (tmp_path / "folder").chmod(0o700)
    assert sum(isinstance(each, Refused) for each in reasons) == 2
    assert b"g" in reasons


def test_names_of_any_bytes_can_be_told(tmp_path: Path) -> None:
    """A name that is no UTF-8, with a line break and a control character."""
    (tmp_path / os.fsdecode(b"caf\xe9\n\x1b[2J.txt")).write_text("x")
    (found,) = survey([tmp_path])
    assert json.dumps(found.name, ensure_ascii=False).encode()
    assert "\\xe9" in found.name


def test_lists_are_found_at_the_top_only(tmp_path: Path) -> None:
    """And are read as carefully as documents."""
    made(tmp_path / "a", **{"manifest.toml": "x", "sub__manifest.csv": "y"})
    made(tmp_path / "b")
    (tmp_path / "b" / "manifest.csv").symlink_to(tmp_path / "a" / "manifest.toml")
    found = {(root.name, name): data for root, name, data in manifests([tmp_path / "b", tmp_path / "a"])}
    assert found["a", "manifest.toml"] == b"x"
    assert isinstance(found["b", "manifest.csv"], Refused)
    assert len(found) == 2
