"""JSON Feed 1.1 in pages of at most 250 KB, with an ``_archive`` object for what the format has no word for (R-21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import msgspec

from aggregator.model import Edition, Enclosure, File, Item, Site
from aggregator.publish import entry, links
from aggregator.publish.dates import rfc3339
from aggregator.publish.markup import language, legal
from aggregator.publish.press import Prepared, Press

LARGEST_PAGE = 250_000
"""Bytes of a page, uncompressed."""
LARGEST_ITEM = 200_000
"""Bytes of an item; of a larger one only title, link, dates and ``_archive`` are published."""

_JSON = msgspec.json.Encoder()
"""Writes what `json` does without spaces and with every character as it is, in a fraction of the time."""
VERSION = "https://jsonfeed.org/version/1.1"


def render_json(edition: Edition, press: Press) -> tuple[File, ...]:
    """The edition as ``{path}.json`` and, where one page is too small, ``{path}.2.json`` and so on."""
    pages = _pages([fragment(item, press) for item in edition.items], LARGEST_PAGE - _room(edition, press))
    return tuple(
        File(
            path=_path(edition, number),
            body=_page(_head(edition, press, number, more=number < len(pages)), items),
            changed_at=edition.updated,
        )
        for number, items in enumerate(pages, start=1)
    )


def fragment(item: Item, press: Press) -> str:
    """One item as JSON text, kept with what else was made of the item."""
    made = entry.fragments(item, press)
    if (known := made.get("json")) is None:
        ready = entry.prepared(item, press)
        body = _JSON.encode(_item(item, ready, press))
        if len(body) > LARGEST_ITEM:
            bare = replace(ready, summary="", body="", authors=(), categories=(), enclosures=(), members=())
            body = _JSON.encode(_item(item, bare, press))
        known = made["json"] = body.decode()
    return known


def pieces_of_json(body: str) -> tuple[str, ...]:
    """The items of a page of ours, in its order. No string holds a line feed: it is always escaped."""
    _, *lines = body.split("\n")
    return tuple(line.removesuffix(",") for line in lines[:-2] if line)


def _pages(items: Sequence[str], room: int) -> list[list[str]]:
    """The items in order, as many to a page as fit; one empty page where there are none."""
    pages: list[list[str]] = [[]]
    left = room
    for item in items:
        size = len(item.encode()) + 2
        if size > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(item)
        left -= size
    return pages


def _page(head: Mapping[str, Any], items: Sequence[str]) -> bytes:
    """A document around ready items: cheaper than encoding them once more."""
    return _JSON.encode(head)[:-1] + (',"items":[\n' + ",\n".join(items) + "\n]}\n").encode()


def _room(edition: Edition, press: Press) -> int:
    """Bytes that a page needs besides its items, with some to spare."""
    return len(_page(_head(edition, press, number=len(edition.items) + 2, more=True), ()))


def _head(edition: Edition, press: Press, number: int, *, more: bool) -> dict[str, Any]:
    site = press.site
    head: dict[str, Any] = {
        "version": VERSION,
        "title": legal(edition.title),
        "home_page_url": links.page(site, edition),
        "feed_url": links.ours(site, _path(edition, number)),
        "description": legal(edition.subtitle),
        "icon": links.ours(site, links.ICON),
        "authors": [{"name": legal(site.title), "url": site.url}],
        "language": language(edition.language) or "en",
        "_archive": {"about": _about(press), "id": edition.id, "updated": rfc3339(edition.updated)},
    }
    if more:
        head["next_url"] = links.ours(site, _path(edition, number + 1))
    if press.hubs:
        head["hubs"] = [{"type": "WebSub", "url": hub} for hub in press.hubs]
    return head


def _item(item: Item, ready: Prepared, press: Press) -> dict[str, Any]:
    """One item. It always has content of some kind, as the format demands: the summary or title as text at least."""
    content = {"content_html": ready.body} if ready.body else {"content_text": ready.summary or ready.title}
    fields: dict[str, Any] = {
        "id": legal(item.public_id),
        "url": ready.link,
        "title": ready.title,
        **content,
        "summary": ready.summary or None,
        "date_published": rfc3339(item.published_at),
        "date_modified": rfc3339(item.updated_at),
        "authors": [{"name": one.name, **({"url": one.uri} if one.uri else {})} for one in ready.authors],
        "tags": ready.categories,
        "language": language(item.language),
        "attachments": [dict(_attachment(file)) for file in ready.enclosures] or None,
        "_archive": _archive(item, ready, press),
    }
    return {key: value for key, value in fields.items() if value is not None}


def _archive(item: Item, ready: Prepared, press: Press) -> dict[str, Any]:
    """What the archive knows: where the entry is from, which version this is, when it was first seen, other copies."""
    origin, card = ready.origin, item.source
    rights = entry.line(item.rights or card.rights or "")
    archive: dict[str, Any] = {
        "about": _about(press),
        "source": {
            "feed": card.id,
            "id": legal(card.raw_id or card.tag),
            "title": entry.name_of(card.title),
            "url": card.url,
            "home_page_url": links.web(card.site_url),
            "rights": entry.cut(rights, entry.LONGEST_TITLE) or None,
        },
        "revision": item.revision,
        "revisions": item.revisions,
        "first_seen": rfc3339(item.first_seen_at),
        "date_basis": item.published_basis,
        "date_precision": item.precision.value,
        **({"title_basis": item.title_basis} if item.title_basis else {}),
        "cluster": [{"source": copy.name, "title": copy.title, "url": copy.url} for copy in ready.members],
    }
    if item.withdrawn_at is not None:
        archive["withdrawn"] = {"noticed": rfc3339(item.withdrawn_at), "signal": item.withdrawn_by}
    if origin.url != card.url:
        archive["origin"] = {"title": origin.title, "url": origin.url, "home_page_url": origin.site_url}
    return archive


def _attachment(file: Enclosure) -> Iterator[tuple[str, Any]]:
    yield "url", file.url
    yield "mime_type", file.type
    if file.title:
        yield "title", file.title
    if file.length is not None:
        yield "size_in_bytes", file.length


def _about(press: Press) -> str:
    """The address that explains ``_archive``, as the format asks of extensions."""
    return _about_at(press.site.url)


@lru_cache(maxsize=8)
def _about_at(url: str) -> str:
    return links.ours(Site(url=url), links.ABOUT) + "#archive"


def _path(edition: Edition, number: int) -> str:
    return f"{edition.path}.json" if number == 1 else f"{edition.path}.{number}.json"
