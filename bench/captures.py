"""``python -m bench.captures``: how large captures are and what they cost, on generated feeds polled again and again.

Every feed is polled so many rounds; in each round one feed in so many has one new entry and is answered with its whole
document, another few are answered with the same bytes, all others with 304. The captures are written as the service
writes them: sealed, appended, made safe 64 at a time. Exit status 1 when they are larger than a quarter of what was
received.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from aggregator.captures.folder import WarcFolder
from aggregator.captures.reader import CaptureReader
from aggregator.captures.seal import seal
from aggregator.model import Capture, FeedId, Headers, Kept, Original, Place, Response
from bench.farm import Farm, kind_of, site_of
from bench.formats import TYPES, render

LIMIT = 0.25
BATCH = 64
START = datetime(2026, 6, 1, tzinfo=UTC)
ASKED: Headers = (
    ("user-agent", "Aggregator/1 (+https://news.example/about-our-bot; 1 subscribers)"),
    ("accept", "application/atom+xml, application/rss+xml;q=0.9, */*;q=0.1"),
    ("accept-encoding", "gzip, br, zstd"),
)


@dataclass(slots=True)
class Tally:
    """Bytes received and kept, and seconds of this thread, by kind of answer."""

    received: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, kind: str, received: int, kept: int, seconds: float) -> None:
        """One answer."""
        for table, value in ((self.received, received), (self.kept, kept), (self.count, 1), (self.seconds, seconds)):
            table[kind] = table.get(kind, 0) + value  # type: ignore[assignment]


@dataclass(slots=True)
class Publisher:
    """One feed as the bench plays it."""

    number: int
    generation: int = 0
    body: bytes = b""
    original: Original | None = None


def main(argv: list[str] | None = None) -> int:
    """Play, print, judge."""
    options = _options(argv)
    farm = Farm(options.feeds, options.entries, options.seed, int(START.timestamp()))
    with tempfile.TemporaryDirectory(prefix="bench-captures-") as name:
        tally, places, wall = _played(farm, options, Path(name))
        size = sum(path.stat().st_size for path in Path(name).glob("*.warc.gz"))
        index = sum(path.stat().st_size for path in Path(name).glob("*.cdxj"))
        checked = _checked(Path(name), places)
    return _told(tally, size, index, wall, checked)


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.captures", description=__doc__)
    parser.add_argument("--feeds", type=int, default=200, help="how many feeds (default %(default)s)")
    parser.add_argument("--entries", type=int, default=30, help="entries in each (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=48, help="polls of each feed (default %(default)s)")
    parser.add_argument("--changes", type=int, default=6, help="one poll in so many brings an entry (%(default)s)")
    parser.add_argument("--repeats", type=int, default=12, help="one in so many the same bytes (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated feeds")
    return parser.parse_args(argv)


def _played(farm: Farm, options: argparse.Namespace, folder: Path) -> tuple[Tally, list[Place], float]:
    captures = WarcFolder(folder, 10**9, "Aggregator/1", lambda: None)
    publishers = [Publisher(number) for number in range(farm.feeds)]
    tally, places, begun, waiting = Tally(), [], time.perf_counter(), 0
    for turn in range(options.rounds):
        for publisher in publishers:
            at = START + timedelta(hours=turn, seconds=publisher.number)
            response = _answer(farm, publisher, turn, options, at)
            before = time.thread_time()
            sealed = seal(
                Capture(feed_id=FeedId(f"feed-{publisher.number}"), response=response, asked=ASKED), publisher.original
            )
            kept = captures.append(sealed)
            waiting += 1
            if waiting == BATCH:
                captures.flush()
                waiting = 0
            assert kept is not None
            tally.add(kept.kind, len(response.body), kept.place.length, time.thread_time() - before)
            _remember(publisher, kept)
            places.append(kept.place)
    captures.close()
    return tally, places, time.perf_counter() - begun


def _answer(farm: Farm, publisher: Publisher, turn: int, options: argparse.Namespace, at: datetime) -> Response:
    """What the publisher says now: a new entry, the same once more, or that nothing changed."""
    place = turn + publisher.number
    if not publisher.body or place % options.changes == 0:
        publisher.body = render(farm, publisher.number, publisher.generation)
        publisher.generation += 1
        publisher.original = None
        body, status = publisher.body, 200
    else:
        body, status = (publisher.body, 200) if place % options.repeats == 1 else (b"", 304)
    tag = sha256(publisher.body).hexdigest()[:16]
    headers = [("server", "nginx"), ("date", f"{at:%a, %d %b %Y %H:%M:%S} GMT"), ("etag", f'"{tag}"')]
    if status == 200:
        kind = TYPES[kind_of(publisher.number)]
        headers += [("content-type", kind), ("content-encoding", "gzip"), ("vary", "accept-encoding")]
    return Response(
        url=f"{site_of(publisher.number)}/feed/",
        status=status,
        headers=tuple(headers),
        body=body,
        started_at=at,
        finished_at=at + timedelta(milliseconds=180),
        wire_bytes=len(body) // 5,
        sent="etag",
    )


def _remember(publisher: Publisher, kept: Kept) -> None:
    if publisher.original is None and kept.proof:
        publisher.original = Original(url=kept.url, at=kept.at, digest=kept.digest, size=kept.size)


def _checked(folder: Path, places: list[Place]) -> tuple[float, float]:
    """Bytes a second: proofs of every capture, and every record read and checked."""
    reader = CaptureReader(folder)
    size = sum(place.length for place in places)
    begun = time.perf_counter()
    assert all(isinstance(proof, str) for proof in reader.proofs(places))
    proved = time.perf_counter()
    count = sum(1 for file in reader.files() for _ in reader.records(file))
    assert count > len(places)
    return size / (proved - begun), size / (time.perf_counter() - proved)


def _told(tally: Tally, size: int, index: int, wall: float, checked: tuple[float, float]) -> int:
    print(f"{'answers':<14}{'count':>8}{'received':>14}{'kept':>12}{'each':>9}{'CPU each':>12}")
    for kind, count in tally.count.items():
        each = f"{tally.kept[kind] / count:,.0f}"
        cpu = f"{tally.seconds[kind] / count * 1e6:,.0f} µs"
        print(f"{kind:<14}{count:>8,}{tally.received[kind]:>14,}{tally.kept[kind]:>12,}{each:>9}{cpu:>12}")
    received, distinct = sum(tally.received.values()), tally.received["whole"]
    print(f"captures are {size / received:.1%} of what was received, {size / distinct:.1%} of its distinct bodies")
    print(f"index {index:,} bytes; {sum(tally.count.values()):,} answers in {wall:.1f} s")
    print(f"proofs of all captures: {checked[0] / 1e6:,.0f} MB/s; all records read: {checked[1] / 1e6:,.0f} MB/s")
    if size / distinct > LIMIT:
        print(f"too large: the limit is {LIMIT:.0%} of the distinct bodies")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
