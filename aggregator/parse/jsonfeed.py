"""JSON Feed 1 and 1.1 (P-07): wrong types cost a field, a missing id costs an item, broken JSON costs the document."""

from __future__ import annotations

import json
from typing import Any

from aggregator.errors import UnreadableError
from aggregator.model import (
    Category,
    Enclosure,
    Link,
    Person,
    Problem,
    RawBody,
    RawDate,
    RawDocument,
    RawEntry,
    RawFeed,
    RawText,
    ReadContext,
)
from aggregator.parse.gate import Json
from aggregator.parse.jsonfields import MOST_PROBLEMS, Fields, Number
from aggregator.parse.values import resolve
from aggregator.parse.whole import MAX_ENTRIES

_VERSION = "jsonfeed.org/version/"
_BODIES = (("content_html", "html"), ("content_text", "text"), ("summary", "text"))
_DATES = ("date_published", "date_modified")
_PICTURES = ("image", "banner_image")


def read_json(document: Json, context: ReadContext) -> RawDocument:
    """Read a JSON Feed that the gate let in.

    Raises:
        UnreadableError: ``malformed`` for broken JSON, which is never partly read; ``too-deep``; ``not-a-feed``.
    """
    values = load(document.text)
    version = values.get("version") if isinstance(values, dict) else None
    if not isinstance(values, dict) or not isinstance(version, str) or _VERSION not in version:
        raise UnreadableError("not-a-feed", "a JSON document without the version of a JSON Feed (jsonfeed.org)")
    problems = list(document.problems)
    base = resolve(context.url, context.content_location)
    entries = tuple(
        entry
        for number, item in enumerate(_capped(values, problems))
        if (entry := _entry(item, base, problems, number))
    )
    partial = any(problem.kind == "too-many-entries" for problem in problems)
    feed = _head(Fields(values, problems), base, "json11" if version.rstrip("/").endswith("1.1") else "json1")
    return RawDocument(
        feed=feed, entries=entries, problems=tuple(problems), partial=partial, encoding=document.encoding
    )


def load(text: str) -> object:
    """The value. NaN and the infinities, which are no JSON, count as null; of equal keys the last one counts."""
    try:
        return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=lambda _name: None)
    except RecursionError:
        raise UnreadableError("too-deep", "the JSON is nested too deep to be a feed") from None
    except ValueError as error:
        raise UnreadableError("malformed", f"broken JSON, or cut off: {error}") from None


def _capped(values: dict[str, Any], problems: list[Problem]) -> list[Any]:
    items = values.get("items")
    if not isinstance(items, list):
        problems.append(Problem(kind="wrong-type", detail="“items” is not a list"))
        return []
    if len(items) <= MAX_ENTRIES:
        return items
    half = MAX_ENTRIES // 2
    detail = f"{len(items)} entries: only the first and the last {half} are read"
    problems.append(Problem(kind="too-many-entries", detail=detail))
    return items[:half] + items[-half:]


def _head(head: Fields, base: str, version: str) -> RawFeed:
    named = (("alternate", "home_page_url"), ("self", "feed_url"), ("next", "next_url"))
    links = [Link(href=href, rel=rel) for rel, name in named if (href := head.word(name))]
    hubs = [
        Link(href=href, rel="hub", type=hub.word("type")) for hub in head.objects("hubs") if (href := hub.word("url"))
    ]
    return RawFeed(
        version=version,
        title=_text(head, "title", "text", base),
        subtitle=_text(head, "description", "text", base),
        links=(*links, *hubs),
        authors=_authors(head),
        language=head.word("language"),
        base=base,
        icon=head.word("icon") or head.word("favicon"),
        expired=head.true("expired"),
    )


def _entry(item: object, base: str, problems: list[Problem], position: int) -> RawEntry | None:
    fields = Fields(item, problems, position) if isinstance(item, dict) else None
    raw_id = fields.identity() if fields else None
    if fields is None or raw_id is None:
        if len(problems) < MOST_PROBLEMS:
            detail = "an item without an id is left out"
            problems.append(Problem(kind="item-without-id", detail=detail, position=position))
        return None
    named = (("alternate", "url"), ("related", "external_url"))
    return RawEntry(
        raw_id=raw_id,
        title=_text(fields, "title", "text", base),
        links=tuple(Link(href=href, rel=rel) for rel, name in named if (href := fields.word(name))),
        bodies=tuple(
            RawBody(element=name, text=body) for name, kind in _BODIES if (body := _text(fields, name, kind, base))
        ),
        dates=tuple(RawDate(element=name, text=date) for name in _DATES if (date := fields.word(name))),
        authors=_authors(fields),
        categories=tuple(Category(term=term) for term in dict.fromkeys(fields.words("tags"))),
        enclosures=_enclosures(fields),
        language=fields.word("language"),
        base=base,
    )


def _text(fields: Fields, name: str, kind: str, base: str) -> RawText | None:
    value = fields.text(name)
    return RawText(value=value, kind=kind, base=base) if value and value.strip() else None


def _authors(fields: Fields) -> tuple[Person, ...]:
    """``authors`` of version 1.1, else ``author`` of version 1."""
    people = [*fields.objects("authors")] or fields.person("author")
    found = (Person(name=name, uri=person.word("url")) for person in people if (name := person.word("name")))
    return tuple(dict.fromkeys(found))


def _enclosures(fields: Fields) -> tuple[Enclosure, ...]:
    """The attachments, then the pictures that illustrate; each address once."""
    found: dict[str, Enclosure] = {}
    for part in fields.objects("attachments"):
        if url := part.word("url"):
            file = Enclosure(
                url=url, type=part.word("mime_type"), length=part.number("size_in_bytes"), title=part.word("title")
            )
            found.setdefault(url, file)
    for name in _PICTURES:
        if url := fields.word(name):
            found.setdefault(url, Enclosure(url=url, medium="image"))
    return tuple(found.values())
