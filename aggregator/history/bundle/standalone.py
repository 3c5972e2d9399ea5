#!/usr/bin/env python3
"""Verifies the evidence bundle that this file lies in. Needs Python 3.9 and nothing else; changes nothing.

python3 -I verify.py                 is everything here whole, and does it prove itself?
python3 -I verify.py --heads FILE    and does it agree with a list of daily heads that somebody else kept?
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEAD = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{1,18}) ([0-9a-f]{64})")
MANIFESTS = ("manifest-sha512.txt", "tagmanifest-sha512.txt")
BITE = 1 << 20
Row = dict[str, Any]
Head = tuple[str, int, str]


class DoubtError(Exception):
    """Something is not as it should be; the text says what."""


def main() -> int:
    """0 where everything is proved, 1 where anything is not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heads", type=Path, help="a list of daily heads from somebody else")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent, help="of the bundle")
    options = parser.parse_args()
    try:
        found = Bundle(options.folder)
        found.check()
        witnessed(found, options.heads)
    except DoubtError as doubt:
        say(f"NOT PROVED: {doubt}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, zlib.error) as fault:
        say(f"NOT PROVED: the bundle cannot be read: {type(fault).__name__}: {fault}")
        return 1
    return 0


def say(text: str) -> None:
    """A line for people; what comes from the bundle cannot steer the terminal."""
    coding = sys.stdout.encoding or "ascii"
    line = "".join(char if char.isprintable() else "?" for char in text)
    sys.stdout.write(line.encode(coding, "replace").decode(coding) + "\n")


class Bundle:
    """One bundle in a folder. Every method raises `DoubtError` for the first thing that is not proved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal: dict[int, Row] = {}
        self._polls: set[int] = set()
        self._redacted: dict[int, Row] = {}
        self.heads: list[Head] = []
        self.uncovered = False

    def check(self) -> None:
        """Everything that can be checked here; ``heads`` are those that it depends on."""
        say(f"{self._check_bag()} files are whole")
        proof = self._read("data/proof.json")
        self._check_segments(proof["segments"])
        self._check_redacted()
        say(f"{len(self._journal)} journal rows follow from each other")
        for entry in proof["entries"]:
            self._check_entry(entry, proof["idle"])
        self._check_captures(proof["captures"])

    def _path(self, name: str) -> Path:
        """Where a file of the bundle is; no name leads out of it."""
        parts = name.split("/")
        if "\\" in name or ":" in parts[0] or any(part in ("", ".", "..") for part in parts):
            raise DoubtError(f"a file is said to be at {name}")
        return self._folder.joinpath(*parts)

    def _read(self, name: str) -> Any:
        return json.loads(self._path(name).read_bytes())

    def _check_bag(self) -> int:
        """RFC 8493: every listed file is there with its SHA-512, and there is no other; returns how many."""
        listed = set()
        for manifest in MANIFESTS:
            for line in self._path(manifest).read_text(encoding="utf-8").splitlines():
                digest, _, name = line.partition("  ")
                name = name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
                if sha512(self._path(name)) != digest:
                    raise DoubtError(f"{name} was changed since the bundle was made")
                listed.add(name)
        for path in self._folder.joinpath("data").rglob("*"):
            name = path.relative_to(self._folder).as_posix()
            if name not in listed and not path.is_dir():
                raise DoubtError(f"{name} was added since the bundle was made")
        return len(listed)

    def _check_segments(self, segments: list[Row]) -> None:
        """Every row of the journal follows from the one before, up to a daily head in the list of heads."""
        listed = heads_in(self._path("data/heads.txt").read_text(encoding="utf-8"))
        for segment in segments:
            before, seq = segment["before"], segment["first"]
            with self._path("data/" + segment["file"]).open("rb") as lines:
                for line in lines:
                    row = json.loads(line)
                    if row["seq"] != seq:
                        raise DoubtError(f"journal row {seq} is missing")
                    if row["hash"] != link(before, row):
                        self._redacted[seq] = row
                    self._journal[seq] = row
                    before, seq = row["hash"], seq + 1
            last = seq - 1
            if last != segment["last"]:
                raise DoubtError(f"the journal breaks off after row {last}")
            if segment["head"] is None:
                say(f"rows {segment['first']} to {last} are not covered by a daily head yet, only by {last}:{before}")
                self.uncovered = True
                continue
            head = (segment["head"][0], last, before)
            if list(head) != segment["head"] or head not in listed:
                raise DoubtError(f"row {last} is not the head of {segment['head'][0]}")
            self.heads.append(head)

    def _check_redacted(self) -> None:
        """A row that does not follow was changed: by a takedown, whose row vouches for what is left, or by somebody."""
        vouched: set[tuple[int, str]] = set()
        for seq, row in self._journal.items():
            if row["kind"] == "forgotten" and seq not in self._redacted:
                vouched |= {(number, rest) for number, rest in json.loads(row["payload"])["rows"]}
        for seq, row in self._redacted.items():
            names = ("seq", "kind", "feed_id", "entry_id", "at", "payload", "hash")
            if (seq, sha256(canonical([row[name] for name in names]).encode("utf-8"))) not in vouched:
                raise DoubtError(f"journal row {seq} does not follow from the one before it")
        if self._redacted:
            say(f"{len(self._redacted)} of them tell of entries that were taken down since, as other rows say")

    def _check_entry(self, entry: Row, idle: Row) -> None:
        """Every version has the digest that the journal has, none is missing; the entry is the one that was added."""
        number, seqs = entry["id"], entry["rows"]
        rows = [self._journal[seq] for seq in seqs]
        told = {seq for seq, row in self._journal.items() if row["entry_id"] == number}
        if told != set(seqs) or not rows or rows[0]["kind"] != "added":
            raise DoubtError(f"the rows of entry {number} are not those of the journal")
        facts = [json.loads(row["payload"]) for row in rows]
        recorded = {each["revision"]: each["digest"] for each in facts if "digest" in each}
        versions = len(recorded)
        for version in entry["versions"]:
            self._check_version(number, version, recorded.pop(version["number"], None), idle)
        if recorded:
            raise DoubtError(f"version {min(recorded)} of entry {number} is missing")
        stored = self._read(f"data/entries/{number}/entry.json")
        known = (number, facts[0]["public_id"], rows[0]["at"])
        if (stored["id"], stored["public_id"], stored["first_seen_at"]) != known:
            raise DoubtError(f"entry {number} has another id or was first seen at another time than recorded")
        many = "1 version" if versions == 1 else f"{versions} versions"
        say(f"entry {number}, first received {rows[0]['at']}, {many}: {stored['title']}")

    def _check_version(self, number: int, version: Row, digest: str | None, idle: Row) -> None:
        stored = self._read("data/" + version["file"])
        plain = {name: value for name, value in stored.items() if name not in idle or value != idle[name]}
        if digest is None or sha256(canonical(plain).encode("utf-8")) != digest:
            raise DoubtError(f"version {version['number']} of entry {number} is not the one that was recorded")
        if (stored["entry_id"], stored["number"]) != (number, version["number"]):
            raise DoubtError(f"{version['file']} is of another entry or version")
        text = self._path("data/" + version["file"][: -len("json")] + "txt").read_bytes().decode("utf-8")
        if not text.startswith(stored["title"]) or stored["content"] not in text:
            raise DoubtError(f"the words of version {version['number']} of entry {number} differ from what was stored")
        self._polls.add(stored["poll_id"])

    def _check_captures(self, captures: list[Row]) -> None:
        """Each answer of a publisher is the one whose digests the journal has, down to its body."""
        kept = [capture for capture in captures if capture["length"] is not None]
        for capture in captures:
            if capture["length"] is None:
                say(f"answer {capture['id']} is not in the bundle: the archive does not have it any more")
        if not kept:
            return
        polls = set()
        with self._path("data/captures/bodies.warc.gz").open("rb") as stream:
            for capture in kept:
                stream.seek(capture["offset"])
                polls.add(self._check_capture(capture, stream.read(capture["length"])))
        came = len(self._polls & polls)
        say(f"{len(kept)} answers of publishers are as they were received; {came} of them brought these versions first")

    def _check_capture(self, capture: Row, data: bytes) -> int:
        row = self._journal.get(capture["row"], {})
        facts = json.loads(row["payload"]) if row.get("kind") == "captured" else {}
        if not facts or sha256(data) != facts["proof"]:
            raise DoubtError(f"answer {capture['id']} is not the one that was recorded")
        if facts["digest"] not in {sha256(body) for body in bodies(data)}:
            raise DoubtError(f"answer {capture['id']} holds another body than recorded")
        return int(facts["poll"])


def link(before: str, row: Row) -> str:
    """The hash of a journal row: over the hash before it and everything else that the row says."""
    facts = [row["seq"], row["kind"], row["feed_id"], row["entry_id"], row["at"], row["payload"]]
    return sha256((before + canonical(facts)).encode("utf-8"))


def canonical(value: object) -> str:
    """JSON with sorted keys and no white space."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(data: bytes) -> str:
    """In hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha512(path: Path) -> str:
    """Of a file, in hexadecimal digits."""
    digest = hashlib.sha512()
    with path.open("rb") as stream:
        while data := stream.read(BITE):
            digest.update(data)
    return digest.hexdigest()


def bodies(data: bytes) -> Iterator[bytes]:
    """What gzipped WARC records hold: each block, and what comes after the head of an answer in it."""
    while data:
        unpacker = zlib.decompressobj(wbits=31)
        record, data = unpacker.decompress(data), unpacker.unused_data
        head, _, block = record.partition(b"\r\n\r\n")
        size = re.search(rb"(?im)^content-length: *(\d+)", head)
        block = block[: int(size.group(1))] if size else block
        yield block
        yield block.partition(b"\r\n\r\n")[2]


def heads_in(text: str) -> set[Head]:
    """The heads in a list of daily heads."""
    found = (HEAD.fullmatch(line.strip()) for line in text.splitlines())
    return {(match[1], int(match[2]), match[3]) for match in found if match}


def witnessed(found: Bundle, file: Path | None) -> None:
    """Compares the heads that everything depends on with a list that somebody else kept."""
    if file is not None:
        kept = heads_in(file.read_text(encoding="utf-8", errors="replace"))
        for day, seq, value in found.heads:
            if (day, seq, value) not in kept:
                raise DoubtError(f"the list in {file} has no such head: {day} {seq} {value}")
        if found.uncovered:
            raise DoubtError("a part of it is not covered by a daily head yet; ask for a newer bundle")
        say(f"PROVED, and all {len(found.heads)} heads stand in {file}")
        return
    if found.uncovered:
        say("A part is not covered by a daily head yet: nobody else can have witnessed it. Ask for a newer bundle.")
    if not found.heads:
        say("PROVED only by itself.")
    else:
        say("PROVED, if these heads are those that the archive published (README.txt says how to find out):")
    for day, seq, value in found.heads:
        say(f"  {day} {seq} {value}")


if __name__ == "__main__":
    sys.exit(main())
