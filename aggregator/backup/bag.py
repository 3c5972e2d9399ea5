"""Door: writes a folder as a bag (BagIt 1.0, RFC 8493) with SHA-512, or the same as one zip file."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from aggregator.backup.scratch import write_new

MANIFEST, TAGS = "manifest-sha512.txt", "tagmanifest-sha512.txt"


class Bag:
    """One bag in a new folder. Raises `OSError` where the disk refuses."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir()
        self._payload: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._bytes = 0

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """A file of the payload, by its name below ``data/``."""
        digest, size = _write(self._root / "data" / name, parts)
        self._payload[f"data/{name}"] = digest
        self._bytes += size

    def add_tag(self, name: str, body: bytes) -> None:
        """A file beside the payload."""
        self._tags[name], _ = _write(self._root / name, (body,))

    def finish(self, facts: Sequence[tuple[str, str]]) -> None:
        """Declaration, description and manifests; ``facts`` are lines of ``bag-info.txt``."""
        self.add_tag("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        oxum = ("Payload-Oxum", f"{self._bytes}.{len(self._payload)}")
        lines = [f"{name}: {' '.join(fact.split())}\n" for name, fact in (*facts, oxum)]
        self.add_tag("bag-info.txt", "".join(lines).encode())
        self.add_tag(MANIFEST, _manifest(self._payload))
        _write(self._root / TAGS, (_manifest(self._tags),))


def _manifest(digests: dict[str, str]) -> bytes:
    """Line ends in names are percent-encoded (RFC 8493 section 2.1.3)."""
    lines = (f"{digest}  {_encoded(name)}\n" for name, digest in sorted(digests.items()))
    return "".join(lines).encode()


def _encoded(name: str) -> str:
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _write(path: Path, parts: Iterable[bytes]) -> tuple[str, int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha512()
    size = write_new(path, parts, digest)
    return digest.hexdigest(), size


def zipped(root: Path, target: Path) -> None:
    """The folder as a zip file with this one folder in it. Raises `OSError`."""
    with target.open("xb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as out:
            for path in sorted(root.rglob("*")):
                if path.is_file():
                    out.write(path, (Path(root.name) / path.relative_to(root)).as_posix())
        raw.flush()
        os.fsync(raw.fileno())
