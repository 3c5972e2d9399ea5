"""Posts as the REST interface of a WordPress tells them, told as its feed would (B-05, B-10): the same ids, the same
bodies, so that the same words give the same hashes. A post of the wrong shape costs that post, not the page.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from aggregator.errors import UnreadableError
from aggregator.model import (
    Category,
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
from aggregator.parse.gate import Json, Xml
from aggregator.parse.jsonfeed import load
from aggregator.parse.jsonfields import MOST_PROBLEMS, Fields
from aggregator.parse.whole import MAX_ENTRIES

VERSION = "wp-rest"
_BODIES = (("content:encoded", "content"), ("description", "excerpt"))
_NEVER = "0000-00-00"


def read_posts(document: Json | Xml, context: ReadContext) -> RawDocument:
    """A page of ``wp/v2/posts``, in its order.

    Raises:
        UnreadableError: ``malformed`` for broken JSON; ``not-a-feed`` for anything but a list of posts.
    """
    values = load(document.text) if isinstance(document, Json) else None
    if not isinstance(values, list):
        raise UnreadableError("not-a-feed", f"no list of WordPress posts, but {_said(values)}")
    problems = list(document.problems)
    posts = (_post(value, position, problems, context.url) for position, value in enumerate(values[:MAX_ENTRIES]))
    return RawDocument(
        feed=RawFeed(version=VERSION, base=context.url, links=(Link(href=context.url),)),
        entries=tuple(post for post in posts if post is not None),
        problems=tuple(problems),
        partial=True,
        encoding=document.encoding,
    )


def _said(values: object) -> str:
    """What was sent instead; an error of WordPress names itself."""
    if not isinstance(values, dict):
        return "something else"
    code = values.get("code")
    return f"the error {code[:60]!r}" if isinstance(code, str) else "another object"


def _post(value: object, position: int, problems: list[Problem], base: str) -> RawEntry | None:
    fields = Fields(value, problems, position) if isinstance(value, dict) else None
    link = fields.word("link") if fields else None
    raw_id = html.unescape(_rendered(fields, "guid") or "").strip() if fields else ""
    if fields is None or not (raw_id or link):
        if len(problems) < MOST_PROBLEMS:
            detail = "a post without guid and link is left out"
            problems.append(Problem(kind="item-without-id", detail=detail, position=position))
        return None
    embedded = _object(value, "_embedded")
    return RawEntry(
        raw_id=raw_id or link,
        permalink=False,
        title=_text(fields, "title", base),
        links=(Link(href=link),) if link else (),
        bodies=tuple(
            RawBody(element=element, text=text) for element, name in _BODIES if (text := _text(fields, name, base))
        ),
        dates=tuple(_dates(fields)),
        authors=tuple(_authors(embedded, problems)),
        categories=tuple(_terms(embedded, problems)),
        base=base,
    )


def _rendered(fields: Fields, name: str) -> str | None:
    """A text as WordPress shows it: HTML, also in titles."""
    return next((part.text("rendered") for part in fields.person(name)), None)


def _text(fields: Fields, name: str, base: str) -> RawText | None:
    value = _rendered(fields, name)
    return RawText(value=value, kind="html", base=base) if value and value.strip() else None


def _dates(fields: Fields) -> Iterator[RawDate]:
    """``date_gmt`` is UTC without saying so; a post without it has the civil time of its site."""
    published, changed = fields.word("date_gmt"), fields.word("modified_gmt")
    if published and not published.startswith(_NEVER):
        yield RawDate(element="date_published", text=f"{published}Z")
    elif local := fields.word("date"):
        yield RawDate(element="date_published", text=local)
    if changed and not changed.startswith(_NEVER):
        yield RawDate(element="date_modified", text=f"{changed}Z")


def _object(value: Any, name: str) -> dict[str, Any]:
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def _authors(embedded: dict[str, Any], problems: list[Problem]) -> Iterator[Person]:
    for author in Fields(embedded, problems).objects("author"):
        if name := author.word("name"):
            yield Person(name=html.unescape(name))


def _terms(embedded: dict[str, Any], problems: list[Problem]) -> Iterator[Category]:
    """Categories and tags: lists of lists, one for each kind."""
    kinds = embedded.get("wp:term")
    for kind in kinds if isinstance(kinds, list) else ():
        for term in Fields({"terms": kind}, problems).objects("terms"):
            if name := term.word("name"):
                yield Category(term=html.unescape(name))
