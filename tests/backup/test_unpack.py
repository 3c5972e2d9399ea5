"""Backups taken apart: what was packed comes out, and nothing else ever does."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.backup.manifest import MANIFEST, manifest_text, permitted, read_manifest
from aggregator.backup.pack import ENDINGS, packing
from aggregator.backup.unpack import unpack
from aggregator.errors import StoreError
from aggregator.model import About, Manifest, Packed

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
ABOUT = About(steps=("m1",), counts={"journal": 3}, seq=3, hash="a" * 64)
FILES = {"archive.db": os.urandom(9_000), "captures/2026-06-001.warc.gz": b"x" * 70_000, "config/feeds.toml": b""}


def nothing(_: int) -> None:
    """Nobody watches."""


def packed(path: Path, ending: str = ".tar.zst") -> Path:
    """A sound backup of `FILES`."""
    file = path / f"b{ending}"
    with packing(file, ending, NOW, nothing) as packer:
        for name, body in FILES.items():
            packer.add_bytes(name, body)
        made = Manifest(made_at=NOW, version="1", about=ABOUT, files=tuple(packer.packed))
        packer.add_bytes(MANIFEST, manifest_text(made).encode())
    return file


def target(path: Path) -> Path:
    """An empty folder."""
    folder = path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_packed_comes_out(tmp_path: Path, ending: str) -> None:
    """Every way of packing, read by its first bytes whatever the file is called; its owner alone may read it."""
    file = packed(tmp_path, ending)
    assert file.stat().st_mode & 0o777 == 0o600
    other = file.rename(tmp_path / "backup")
    read: list[int] = []
    manifest = unpack(other, target(tmp_path), read.append)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == FILES
    assert [(each.name, each.size) for each in manifest.files] == [(name, len(body)) for name, body in FILES.items()]
    assert manifest.about == ABOUT
    assert sum(read) == other.stat().st_size


def test_other_programs_can_take_it_apart(tmp_path: Path) -> None:
    """In need a backup must not depend on this program."""
    with tarfile.open(packed(tmp_path, ".tar.gz")) as tar:
        assert tar.getnames() == [*FILES, MANIFEST]


def test_a_manifest_is_read_back() -> None:
    """What it says of the archive survives; what is no manifest is refused."""
    made = Manifest(
        made_at=NOW,
        version="1",
        about=ABOUT,
        files=(Packed(name="archive.db", size=5, digest="b" * 64),),
        missing=("2026-06-001.warc.gz from byte 5 on",),
    )
    assert read_manifest(manifest_text(made).encode()) == made
    with pytest.raises(StoreError, match="newer version"):
        read_manifest(manifest_text(made).replace('"format": 1', '"format": 2').encode())


@given(st.binary() | st.sampled_from([b"[]", b"{}", b'{"format":1}', b'{"format":1,"files":[],"counts":3}']))
def test_no_manifest_is_too_strange(text: bytes) -> None:
    """Bad input: damaged text is a plain word."""
    with pytest.raises(StoreError):
        read_manifest(text)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ending=st.sampled_from(ENDINGS), share=st.floats(0, 0.999), flip=st.booleans())
def test_a_cut_or_flipped_backup_is_refused(
    tmp_path_factory: pytest.TempPathFactory, ending: str, share: float, flip: bool
) -> None:
    """Bad input: a backup cut anywhere, or with a byte changed, is refused or still gives exactly what was packed."""
    folder = tmp_path_factory.mktemp("cut")
    file = packed(folder, ending)
    whole = bytearray(file.read_bytes())
    at = int(len(whole) * share)
    if flip:
        whole[at] ^= 0x04
    file.write_bytes(whole if flip else whole[:at])
    try:
        unpack(file, target(folder), nothing)
    except StoreError as fault:
        assert str(fault)
    else:
        assert {name: (folder / "out" / name).read_bytes() for name in FILES} == FILES


def tarred(path: Path, *members: tarfile.TarInfo, body: bytes = b"", wrap: Callable[[bytes], bytes] = bytes) -> Path:
    """A tar by somebody else."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(body) if member.isreg() else None)
    file = path / "evil.tar"
    file.write_bytes(wrap(out.getvalue()))
    return file


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    """One entry of a tar."""
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, size
    return made


@pytest.mark.parametrize(
    "evil",
    [
        member("../outside"),
        member("/tmp/outside"),
        member("captures/../../outside"),
        member("captures/2026-06-001.warc.gz/../../x"),
        member("archive.db", tarfile.SYMTYPE, "/etc/passwd"),
        member("archive.db", tarfile.LNKTYPE, "../outside"),
        member("archive.db", tarfile.CHRTYPE),
        member("archive.db", tarfile.BLKTYPE),
        member("archive.db", tarfile.FIFOTYPE),
        member("captures", tarfile.DIRTYPE),
        member("archive.db-wal"),
        member("aggregator.lock"),
        member("public/index.html"),
        member("config/aggregator.toml\n"),
        member("captures/" + "x" * 300),
    ],
    ids=lambda one: repr(one.name[:30]) + one.type.decode(errors="replace"),
)
def test_hostile_members_are_refused(tmp_path: Path, evil: tarfile.TarInfo) -> None:
    """Bad input: path traversal, links, devices and strange names; nothing is written for them."""
    out = target(tmp_path)
    with pytest.raises(StoreError, match="nothing was restored"):
        unpack(tarred(tmp_path, evil), out, nothing)
    assert list(out.iterdir()) == []
    assert not (tmp_path / "outside").exists()


def test_a_file_named_twice_is_refused(tmp_path: Path) -> None:
    """The second one could replace what was checked."""
    with pytest.raises(StoreError, match="nothing was restored"):
        unpack(tarred(tmp_path, member("archive.db"), member("archive.db")), target(tmp_path), nothing)


def test_what_stands_in_no_manifest_is_refused(tmp_path: Path) -> None:
    """Files and manifest must be the same, to the last digest; without a manifest a backup was never finished."""
    with pytest.raises(StoreError, match="no manifest at its end"):
        unpack(tarred(tmp_path, member("archive.db")), target(tmp_path), nothing)
    body = manifest_text(Manifest(made_at=NOW, version="1", about=ABOUT, files=())).encode()
    file = tmp_path / "evil.tar"
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as tar:
        tar.addfile(member("archive.db"), io.BytesIO())
        tar.addfile(member(MANIFEST, size=len(body)), io.BytesIO(body))
    (tmp_path / "second").mkdir()
    with pytest.raises(StoreError, match=r"archive\.db stands in no manifest"):
        unpack(file, tmp_path / "second", nothing)


@pytest.mark.parametrize("wrap", [zstd.compress, gzip.compress])
def test_a_bomb_does_not_fill_the_memory(tmp_path: Path, wrap: Callable[[bytes], bytes]) -> None:
    """Bad input: an extra header of gigabytes, packed to nothing, is refused when it is seen."""
    head = member("x", tarfile.XHDTYPE, size=8 * 1024**3).tobuf(tarfile.GNU_FORMAT)
    file = tmp_path / "bomb"
    file.write_bytes(wrap(head + bytes(50_000_000)))
    assert file.stat().st_size < 100_000
    with pytest.raises(StoreError, match="no plain file"):
        unpack(file, target(tmp_path), nothing)
    big = member("archive.db", size=8 * 1024**5).tobuf(tarfile.GNU_FORMAT)
    file.write_bytes(wrap(big + bytes(1_000_000)))
    with pytest.raises(StoreError, match="no room"):
        unpack(file, tmp_path / "out", nothing)


@given(st.text() | st.from_regex(r"(captures|config|tables)/[a-z0-9./-]{0,20}"))
def test_permitted_names_stay_in_their_folder(name: str) -> None:
    """Whatever is permitted is one of ours: at most one folder deep, without dots that lead up."""
    if permitted(name):
        assert ".." not in name.split("/")
        assert name.count("/") <= 1
        assert not name.startswith("/")
