"""Backups that are folders: only what the manifest names comes out, to the byte, and nothing that links lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.backup.folder import FolderPacker, read_folder
from aggregator.backup.manifest import MANIFEST, manifest_text
from aggregator.errors import StoreError
from aggregator.model import Manifest
from tests.backup.test_unpack import ABOUT, NOW, nothing, target

FILES = {"archive.db": b"a" * 9_000, "captures/2026-06-001.warc.gz": b"x" * 70_000, "config/feeds.toml": b""}
CAPTURES = "captures/2026-06-001.warc.gz"


def export(path: Path, files: dict[str, bytes] | None = None) -> Path:
    """A sound folder of these files."""
    root = path / "export"
    root.mkdir()
    packer = FolderPacker(root)
    for name, body in (FILES if files is None else files).items():
        packer.add_bytes(name, body)
    made = Manifest(made_at=NOW, version="1", about=ABOUT, files=tuple(packer.packed))
    (root / MANIFEST).write_text(manifest_text(made), encoding="utf-8")
    return root


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Every file that the manifest names, and no other one."""
    root = export(tmp_path)
    (root / "captures" / "mine.txt").write_text("something of somebody else")
    manifest = read_folder(root, target(tmp_path), nothing)
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert found == {each.name for each in manifest.files} == set(FILES)
    assert all((tmp_path / "out" / name).read_bytes() == body for name, body in FILES.items())


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    """Bad input: whoever prepares an export must not get files of this machine into the archive, whatever they hold."""
    root = export(tmp_path)
    elsewhere = (root / CAPTURES).rename(tmp_path / "elsewhere")
    (root / CAPTURES).symlink_to(elsewhere)
    with pytest.raises(StoreError, match="cannot be read"):
        read_folder(root, target(tmp_path), nothing)


@pytest.mark.parametrize("body", [b"", b"x" * 69_999, b"x" * 70_001, b"x" * 69_999 + b"y"])
def test_a_file_that_is_not_what_was_written_is_refused(tmp_path: Path, body: bytes) -> None:
    """Shorter, longer, or a byte changed."""
    root = export(tmp_path)
    (root / CAPTURES).write_bytes(body)
    with pytest.raises(StoreError, match="is not what the manifest says"):
        read_folder(root, target(tmp_path), nothing)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    """The operator hears which one."""
    root = export(tmp_path)
    (root / CAPTURES).unlink()
    with pytest.raises(StoreError, match=r"2026-06-001\.warc\.gz cannot be read"):
        read_folder(root, target(tmp_path), nothing)


def test_a_folder_without_a_manifest_is_no_export(tmp_path: Path) -> None:
    """An export that was interrupted has none."""
    root = export(tmp_path)
    (root / MANIFEST).unlink()
    with pytest.raises(StoreError, match="is no export"):
        read_folder(root, target(tmp_path), nothing)


@pytest.mark.parametrize("name", ["captures/note.txt", "passwd", "config/other.toml"])
def test_only_names_of_ours_come_out(tmp_path: Path, name: str) -> None:
    """Bad input: a manifest may name what it wants."""
    root = export(tmp_path, {**FILES, name: b"z"})
    with pytest.raises(StoreError, match="no backup of ours"):
        read_folder(root, target(tmp_path), nothing)
