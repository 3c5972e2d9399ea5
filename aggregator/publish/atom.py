"""Atom 1.0 (RFC 4287): an edition to a document. The same edition always gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from aggregator.model import Edition, File, Item, OriginalSource, Person, SourceCard, Tombstone
from aggregator.publish import entry, links
from aggregator.publish.chain import archived, chain_links
from aggregator.publish.dates import rfc3339
from aggregator.publish.markup import DECLARATION, element, empty, language, optional, quoted, text
from aggregator.publish.press import Prepared, Press

HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
GONE = "No longer published here."
RIGHTS = "Each entry belongs to its publisher, who is named as its source; see there for rights and licence."

_END = "\n</entry>\n"
_UPDATED = "\0"
"""No document holds this character."""
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def render_atom(edition: Edition, press: Press) -> File:
    """The edition as ``{path}.atom``; changed when its newest item was (R-10, R-42)."""
    gone = (tombstone(one) for one in edition.tombstones)
    entries = (fragment(item, press) for item in edition.items)
    parts = [DECLARATION, *_head(edition, press), *gone, *entries, "</feed>\n"]
    return File(path=f"{edition.path}.atom", body="".join(parts).encode(), changed_at=edition.updated)


def fragment(item: Item, press: Press) -> str:
    """One ``entry`` element, kept with what else was made of the item."""
    made = entry.fragments(item, press)
    if (known := made.get("atom")) is None:
        known = made["atom"] = "".join(_entry(item, entry.prepared(item, press), press))
    return known


def pieces_of_atom(body: str) -> tuple[str, ...]:
    """The ``entry`` elements of a document of ours, in its order. No text holds a ``<``: it is always escaped."""
    _, there, rest = body.partition("<entry")
    found = f"<entry{rest}".split(_END) if there else [""]
    return tuple(f"{piece}{_END}" for piece in found[:-1])


def tombstone(gone: Tombstone) -> str:
    """What stands in place of an entry that is no longer published (R-14, RFC 6721)."""
    attributes = {"xmlns:at": TOMBSTONES, "ref": gone.public_id, "when": rfc3339(gone.at)}
    opened = "".join(f' {name}="{quoted(value)}"' for name, value in attributes.items())
    return f"<at:deleted-entry{opened}>{element('at:comment', gone.comment or GONE)}</at:deleted-entry>\n"


def _head(edition: Edition, press: Press) -> Iterator[str]:
    """Everything before the first entry (R-10); no style sheet and no XSLT (R-48)."""
    site = press.site
    lang = language(edition.language) or "en"
    spaces = 'xmlns="http://www.w3.org/2005/Atom"' + (f' xmlns:fh="{HISTORY}"' if archived(edition) else "")
    yield f'<feed {spaces} xml:lang="{quoted(lang)}">\n'
    yield element("id", edition.id)
    yield element("title", edition.title)
    yield optional("subtitle", edition.subtitle)
    yield element("updated", rfc3339(edition.updated))
    yield f"<author>{element('name', site.title)}{element('uri', site.url)}</author>"
    yield element("generator", "aggregator", {"version": press.version})
    yield element("rights", RIGHTS)
    yield element("icon", links.ours(site, links.ICON))
    yield _link("self", links.feed(site, edition, "atom"), type=links.TYPES["atom"])
    yield _link("alternate", links.page(site, edition), type="text/html")
    for ending in edition.formats:
        if ending != "atom":
            yield _link("alternate", links.feed(site, edition, ending), type=links.TYPES[ending])
    for hub in () if archived(edition) else press.hubs:
        yield _link("hub", hub)
    for rel, path in edition.paging:
        yield _link(rel, links.ours(site, f"{path}.atom"), type=links.TYPES["atom"])
    for rel, href in chain_links(edition, site, "atom"):
        yield _link(rel, href, type=links.TYPES["atom"])
    yield "<fh:archive/>\n" if archived(edition) else "\n"


def _entry(item: Item, ready: Prepared, press: Press) -> Iterator[str]:
    """One entry (R-11). Without a web address the content is always there: Atom asks for one of the two."""
    lang = language(item.language)
    yield f'<entry xml:lang="{lang}">\n' if lang else "<entry>\n"
    yield f'<id>{text(item.public_id)}</id><title type="text">{text(ready.title)}</title>'
    yield f"<published>{rfc3339(item.published_at)}</published><updated>{rfc3339(item.updated_at)}</updated>"
    for author in ready.authors:
        yield _author(author.name, author.uri)
    if ready.link:
        yield f'<link rel="alternate" href="{quoted(ready.link)}"/>'
    for copy in ready.members:
        if copy.url:
            yield _link("related", copy.url, title=": ".join(part for part in (copy.name, copy.title) if part))
    for file in ready.enclosures:
        length = None if file.length is None else str(file.length)
        yield _link("enclosure", file.url, type=file.type, length=length, title=file.title)
    for term in ready.categories:
        yield f'<category term="{quoted(term)}"/>'
    if ready.summary:
        yield f'<summary type="text">{text(ready.summary)}</summary>'
    if ready.body:
        yield f'<content type="html">{text(ready.body)}</content>'
    elif not ready.link:
        yield element("content", ready.summary or ready.title, {"type": "text"})
    yield optional("rights", item.rights)
    yield _original(item.original, item) if item.original else _source(item, press)
    yield "\n</entry>\n"


def _source(item: Item, press: Press) -> str:
    """The feed an entry was read from (R-12), kept by its card; without a date of its own it is that of the entry."""
    card = item.source
    if (known := press.sources.get(card)) is None:
        known = press.sources[card] = _card(card)
    return known.replace(_UPDATED, rfc3339(card.updated or item.updated_at), 1)


def _card(card: SourceCard) -> str:
    """A source as Atom names it, with a mark where its date stands."""
    rights = " · ".join(part for part in (card.rights, card.licence) if part)
    parts = (
        element("id", card.raw_id or card.tag),
        element("title", card.title),
        f"<updated>{_UPDATED}</updated>",
        *(_person(Person(name=name)) for name in card.authors[: entry.MOST] if name.strip()),
        _web_link("self", card.url),
        _web_link("alternate", card.site_url, type="text/html"),
        empty("category", {"term": card.category}) if card.category else "",
        optional("icon", links.web(card.icon)),
        optional("rights", rights),
    )
    return f"\n<source>{''.join(parts)}</source>"


def _original(given: OriginalSource, item: Item) -> str:
    """The source an aggregate already named, kept as it is; only what Atom demands is filled in (R-12)."""
    card = item.source
    dated = given.updated.strip() if given.updated else ""
    updated = dated if _DATE.fullmatch(dated) and _is_date(dated) else rfc3339(card.updated or item.updated_at)
    parts = (
        element("id", given.raw_id or links.web(given.url) or card.raw_id or card.tag),
        element("title", given.title or card.title),
        element("updated", updated),
        *(_person(Person(name=name)) for name in given.authors[: entry.MOST] if name.strip()),
        _web_link("self", given.url),
        _web_link("alternate", given.site_url, type="text/html"),
        optional("rights", given.rights),
    )
    return f"\n<source>{''.join(parts)}</source>"


def _person(person: Person) -> str:
    """An author without e-mail address (P-44)."""
    return _author(person.name, links.web(person.uri))


@lru_cache(maxsize=2048)
def _author(name: str, uri: str | None) -> str:
    return f"<author>{element('name', name)}{optional('uri', uri)}</author>"


def _link(rel: str, href: str, **attributes: str | None) -> str:
    return empty("link", {"rel": rel, "href": href, **attributes})


def _web_link(rel: str, href: str | None, **attributes: str | None) -> str:
    return _link(rel, address, **attributes) if (address := links.web(href)) else ""


def _is_date(text: str) -> bool:
    """Whether the calendar knows this date."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
