"""The manifest of a backup as text, and which files a backup may hold. Pure."""

from __future__ import annotations

import json
import re
from datetime import datetime

from aggregator.errors import StoreError
from aggregator.model import About, Manifest, Packed

MANIFEST = "manifest.json"
DATABASE = "archive.db"
CAPTURES, CONFIG, TABLES = "captures", "config", "tables"
FORMAT = 1
LARGEST = 50_000_000
"""Bytes of a manifest at most; a few hundred for each file are usual."""

_NAME = re.compile(
    r"archive\.db|manifest\.json|captures/\d{4}-\d{2}-\d{3,6}\.(?:warc\.gz|cdxj)"
    r"|config/(?:aggregator|feeds)\.toml|tables/[a-z0-9_]{1,60}\.jsonl",
    re.ASCII,
)


def permitted(name: str) -> bool:
    """Whether a backup may hold a file of this name: none other is ever written anywhere."""
    return _NAME.fullmatch(name) is not None


def manifest_text(manifest: Manifest) -> str:
    """The manifest as JSON, for people too."""
    about = manifest.about
    facts = {
        "format": FORMAT,
        "made_at": manifest.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": manifest.version,
        "steps": list(about.steps),
        "counts": dict(about.counts),
        "head": {"seq": about.seq, "hash": about.hash},
        "files": {each.name: {"size": each.size, "sha256": each.digest} for each in manifest.files},
        "missing": list(manifest.missing),
    }
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def read_manifest(text: bytes) -> Manifest:
    """The way back.

    Raises:
        StoreError: it is none, or one of a newer version of this program.
    """
    try:
        facts = json.loads(text)
        if facts["format"] != FORMAT:
            raise StoreError("the backup was made by a newer version of this program; update the program first")
        return Manifest(
            made_at=datetime.fromisoformat(facts["made_at"]),
            version=str(facts["version"]),
            about=About(
                steps=tuple(map(str, facts["steps"])),
                counts={str(table): int(count) for table, count in facts["counts"].items()},
                seq=int(facts["head"]["seq"]),
                hash=str(facts["head"]["hash"]),
            ),
            files=tuple(
                Packed(name=str(name), size=int(file["size"]), digest=str(file["sha256"]))
                for name, file in facts["files"].items()
            ),
            missing=tuple(map(str, facts["missing"])),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError("the manifest of the backup is damaged") from error
