"""What an item says, decided once, so that Atom, RSS, JSON Feed and the pages agree on every word of it."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import replace
from functools import lru_cache

from aggregator.model import Enclosure, Item, Person, Republish
from aggregator.publish import links
from aggregator.publish.markup import legal, quoted, text
from aggregator.publish.press import Clean, Copy, Origin, Prepared, Press

LONGEST_TITLE = 500
LONGEST_SUMMARY = 1_000
LONGEST_NAME = 200
LARGEST_BODY = 100_000
"""Bytes of a cleaned body; a larger one is published as its summary, so that no entry swells every feed it is in."""
WITHDRAWN = "withdrawn by its publisher"
"""The category of an entry that its publisher took down (D-26)."""
MOST = 20
"""Most authors, categories, enclosures or members published of one entry."""
KEPT = 3_000
"""Prepared items a press keeps: enough for neighbouring editions to share, few enough when everything is rebuilt."""

AT_HAND = 500
"""Items found by being the same object: more than an edition has."""


def prepared(item: Item, press: Press) -> Prepared:
    """The item ready for every format, from the cache of the press where it was there before.

    A full cache is emptied: no order of use is kept, and what is missed is only rendered again. The same object is
    found without comparing all that is in it: one item is asked for by each format.
    """
    same = press.at_hand.get(id(item))
    if same is not None and same[0] is item:
        return same[1]
    if (known := press.fragments.get(item)) is None:
        if len(press.fragments) >= KEPT:
            press.fragments.clear()
            press.sources.clear()
        known = press.fragments[item] = prepare(item, press.clean)
    if len(press.at_hand) >= AT_HAND:
        press.at_hand.clear()
    press.at_hand[id(item)] = (item, known)
    return known


def fragments(item: Item, press: Press) -> MutableMapping[str, str]:
    """What was rendered of the item, by the kind of document: told of before and still true, or made in this run."""
    told = press.told.get(id(item))
    return told[1] if told is not None and told[0] is item else prepared(item, press).fragments


def told(item: Item, press: Press, kind: str) -> str | None:
    """What was told of the item in a document of this kind before, where that still holds."""
    found = press.told.get(id(item))
    return found[1].get(kind) if found is not None and found[0] is item else None


def prepare(item: Item, clean: Clean) -> Prepared:
    """What may leave the archive of this item, by the licence of its source.

    LINK: title, link, source and date only. SUMMARY: the plain-text summary too. FULL: the sanitised content too.
    Where there are members, a sentence in the body names them in every mode (D-21), after what else may be shown.
    """
    origin = _origin(item)
    linked = item.source.republish not in (Republish.SUMMARY, Republish.FULL)
    summary = "" if linked else cut(legal(item.summary).strip(), LONGEST_SUMMARY)
    members = tuple(
        Copy(name=name_of(one.source_title), title=_title(one.title), url=links.web(one.url))
        for one in item.members[:MOST]
    )
    return Prepared(
        title=_title(item.title) or cut(line(summary), 80) or f"Untitled entry from {origin.title}",
        link=links.web(item.url),
        summary=summary,
        body=_body(item, clean, summary, _also(members)),
        authors=_authors(item, origin),
        categories=_categories(item, origin),
        enclosures=() if linked else _enclosures(item),
        members=members,
        origin=origin,
    )


def paragraphs(item: Item, press: Press) -> tuple[str, ...]:
    """The text that may leave the archive, in plain paragraphs: all of it with FULL, else as `lead`."""
    if item.source.republish != Republish.FULL:
        return lead(item, press)
    if item.content_kind == "text":
        found = tuple(words for part in item.content.split("\n\n") if (words := line(part)))
    else:
        found = tuple(words for part in press.paragraphs(item.content) if (words := line(part)))
    return found or lead(item, press)


def lead(item: Item, press: Press) -> tuple[str, ...]:
    """The summary as a paragraph, where there is one and it may be shown."""
    summary = line(prepared(item, press).summary)
    return (summary,) if summary else ()


def line(value: str) -> str:
    """Legal characters on one line, single spaces."""
    return " ".join(legal(value).split())


def cut(value: str, length: int) -> str:
    """At most this many characters, cut at a word end where there is one, with an ellipsis."""
    if len(value) <= length:
        return value
    head = value[: length - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:-–") + "…"


def _title(value: str) -> str:
    return cut(line(value), LONGEST_TITLE)


@lru_cache(maxsize=4096)
def name_of(value: str) -> str:
    """A name on one line, of bounded length."""
    return cut(line(value), LONGEST_NAME)


def _origin(item: Item) -> Origin:
    """The original source where the feed is itself an aggregate and names it well, else the source we polled."""
    given, card = item.original, item.source
    if given and given.title and (url := links.web(given.url)):
        return Origin(title=name_of(given.title), url=url, site_url=links.web(given.site_url))
    return Origin(title=name_of(card.title) or card.id, url=card.url, site_url=links.web(card.site_url))


def _body(item: Item, clean: Clean, summary: str, also: str) -> str:
    """The HTML to show, empty when the summary says it all."""
    full = _full(item, clean) if item.source.republish == Republish.FULL else ""
    if full or not also:
        return full + also
    return (f"<p>{text(summary)}</p>" if summary else "") + also


def _full(item: Item, clean: Clean) -> str:
    """The whole body as safe HTML; empty if there is none or it is too large."""
    if item.content_kind == "text":
        made = "".join(f"<p>{text(part.strip())}</p>" for part in item.content.split("\n\n") if part.strip())
    else:
        made = legal(clean(item.content, item.base)) if item.content else ""
    return "" if len(made) > LARGEST_BODY or len(made.encode()) > LARGEST_BODY else made


def _also(members: Iterable[Copy]) -> str:
    """One sentence with a link for each other copy, empty without any (D-21)."""
    names = [
        f'<a href="{quoted(one.url)}">{text(one.name or one.title)}</a>' if one.url else text(one.name or one.title)
        for one in members
    ]
    if not names:
        return ""
    first, last = ", ".join(names[:-1]), names[-1]
    return f"<p>Also published by {f'{first} and {last}' if first else last}.</p>"


def _authors(item: Item, origin: Origin) -> tuple[Person, ...]:
    """The authors without e-mail addresses, then the source's name: most readers show no other (R-11, R-15, P-44)."""
    named = (item.original.authors if item.original else ()) or item.source.authors
    people = item.authors or tuple(Person(name=name) for name in named)
    found: dict[str, Person] = {}
    for one in (*people[: MOST - 1], Person(name=origin.title)):
        name = name_of(one.name)
        found.setdefault(name.casefold(), Person(name=name, uri=links.web(one.uri)))
    found.pop("", None)
    return tuple(found.values())


def _categories(item: Item, origin: Origin) -> tuple[str, ...]:
    """That it was withdrawn, the terms of the entry, then the source's name (R-15), each once."""
    found: dict[str, str] = {}
    mark = (WITHDRAWN,) if item.withdrawn_at else ()
    for term in (*mark, *(one.label or one.term for one in item.categories[: MOST - 1]), origin.title):
        words = name_of(term)
        found.setdefault(words.casefold(), words)
    found.pop("", None)
    return tuple(found.values())


def _enclosures(item: Item) -> tuple[Enclosure, ...]:
    """Attached files with a web address, each with a media type, lengths only where they can be true."""
    found = ((one, links.web(one.url)) for one in item.enclosures[:MOST])
    return tuple(
        replace(
            one,
            url=url,
            type=_media_type(one),
            title=_title(one.title or "") or None,
            length=one.length if one.length is not None and one.length >= 0 else None,
        )
        for one, url in found
        if url
    )


def _media_type(enclosure: Enclosure) -> str:
    """The stated type if it looks like one, else what nothing is known of."""
    stated = line(enclosure.type or "").lower()
    return stated if len(stated) <= LONGEST_NAME and "/" in stated[1:-1] else "application/octet-stream"
