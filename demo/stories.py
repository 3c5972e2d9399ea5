"""What the made-up publishers have to say. The words stand in ``texts/``; this file only reads and dates them.

A section opens with ``## key`` and a few ``name: value`` lines. ``when: 3d 09:15`` is a local time so many days before
the start, ``when: +6`` so many seconds after it. The same key again, with ``edited: +19``, is a later version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The words of a story from ``since`` seconds after the start on."""

    since: float
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story of one publisher. ``published`` is aware, in Europe/London, whole seconds."""

    key: str
    published: datetime
    author: str
    tags: tuple[str, ...]
    versions: tuple[Version, ...]

    def number(self, elapsed: float) -> int:
        """How many versions are out ``elapsed`` seconds after the start; 0 means not published yet."""
        return sum(version.since <= elapsed for version in self.versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story as it stands at one moment: ``edits`` counts the changes since it was published.

    ``changed`` is the instant of the last of them, ``published`` where there was none.
    """

    story: Story
    edits: int
    title: str
    paragraphs: tuple[str, ...]
    changed: datetime

    @property
    def key(self) -> str:
        """The slug of the story."""
        return self.story.key

    @property
    def published(self) -> datetime:
        """When the story first appeared."""
        return self.story.published


def load(name: str, start: datetime) -> tuple[Story, ...]:
    """Every story of the publisher ``name``, in the order of its text file, dated from ``start`` (aware)."""
    local = start.astimezone(LONDON).replace(microsecond=0)
    return tuple(_story(list(parts), local) for _, parts in groupby(_sections(name), key=lambda part: part["key"]))


def told(stories: tuple[Story, ...], start: datetime, elapsed: float) -> tuple[Telling, ...]:
    """The stories that are out ``elapsed`` seconds after ``start``, newest first."""
    out = [_telling(story, start, elapsed) for story in stories if story.number(elapsed)]
    return tuple(sorted(out, key=lambda telling: telling.published, reverse=True))


def _telling(story: Story, start: datetime, elapsed: float) -> Telling:
    number = story.number(elapsed)
    version = story.versions[number - 1]
    changed = _later(start, version.since) if number > 1 else story.published
    return Telling(story=story, edits=number - 1, title=version.title, paragraphs=version.paragraphs, changed=changed)


def _sections(name: str) -> list[dict[str, str]]:
    text = (TEXTS / f"{name}.txt").read_text(encoding="utf-8")
    return [_section(part) for part in f"\n{text}".split("\n## ")[1:]]


def _section(part: str) -> dict[str, str]:
    head, _, body = part.partition("\n\n")
    key, *lines = head.strip().splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    return {"key": key, "body": body.strip()} | fields


def _story(parts: list[dict[str, str]], start: datetime) -> Story:
    first = parts[0]
    published, since = _when(first["when"], start)
    versions = [_version(first, since), *(_version(part, float(part["edited"])) for part in parts[1:])]
    return Story(
        key=first["key"],
        published=published,
        author=first.get("author", ""),
        tags=tuple(tag.strip() for tag in first.get("tags", "").split(",") if tag.strip()),
        versions=tuple(versions),
    )


def _version(part: dict[str, str], since: float) -> Version:
    if "copy" not in part:
        return Version(since=since, title=part["title"], paragraphs=tuple(part["body"].split("\n\n")))
    name, key = part["copy"].split("/")
    original = next(section for section in _sections(name) if section["key"] == key)
    return _version(original, since)


def _when(text: str, start: datetime) -> tuple[datetime, float]:
    """The instant of publication and the second of the script; what was out before the start has second 0."""
    if text.startswith("+"):
        return _later(start, float(text)), float(text)
    days, clock = text.split("d ")
    hour, minute = map(int, clock.split(":"))
    day = start - timedelta(days=int(days))
    return day.replace(hour=hour, minute=minute, second=0), 0.0


def _later(start: datetime, seconds: float) -> datetime:
    return (start.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=seconds)).astimezone(LONDON)
