"""The head of a document: who publishes it, and everything it says about when to come back (P-08, H-25 to H-27)."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model import RawDate, RawFeed, RawText, RawTombstone
from aggregator.parse.parts import Parts, first, links_of, parts_of, rights_of, title_of
from aggregator.parse.people import authors_of
from aggregator.parse.survey import ENTRY_NAMES
from aggregator.parse.tree import (
    LANG,
    Element,
    Inherited,
    Names,
    atom_kind,
    attribute,
    construct,
    local_of,
    plain,
)
from aggregator.parse.values import whole_number

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UPDATED = {"atom:updated": "atom:updated", "atom:modified": "atom:updated", "lastbuilddate": "lastBuildDate"} | {
    "pubdate": "pubDate",
    "dc:date": "dc:date",
}
_SUBTITLES = ("atom:subtitle", "atom:tagline", "description", "dc:description", "itunes:summary", "itunes:subtitle")
_MIDNIGHT = 24
_MOST_TOMBSTONES = 5000
_LONGEST_CLOUD = 500


def read_head(root: Element, names: Names, inherited: Inherited) -> RawFeed:
    """Everything above the entries; ``version`` is left empty, for that is judged elsewhere."""
    channel = next((child for child in root if local_of(child) == "channel"), root)
    parts = parts_of(names.pairs(child for child in channel if local_of(child) not in ENTRY_NAMES))
    return RawFeed(
        version="",
        raw_id=plain(first(parts, "atom:id")) or attribute(channel, "about"),
        title=title_of(parts, root, inherited),
        subtitle=_subtitle(parts, root, inherited),
        links=links_of(parts),
        authors=authors_of(parts),
        language=_language(root, channel, parts),
        base=inherited.base(channel),
        rights=rights_of(parts),
        icon=_icon(root, parts),
        generator=_generator(parts),
        updated=_updated(parts),
        ttl=whole_number(plain(first(parts, "ttl"))),
        skip_hours=_hours(parts),
        skip_days=_days(parts),
        update_period=plain(first(parts, "sy:updateperiod")),
        update_frequency=whole_number(plain(first(parts, "sy:updatefrequency"))),
        update_base=plain(first(parts, "sy:updatebase")),
        complete="fh:complete" in parts,
        archive="fh:archive" in parts,
        tombstones=_tombstones(root, channel, names),
        cloud=_cloud(parts),
    )


def _subtitle(parts: Parts, root: Element, inherited: Inherited) -> RawText | None:
    element = first(parts, *_SUBTITLES)
    if element is None:
        return None
    atom = element in parts.get("atom:subtitle", ()) or element in parts.get("atom:tagline", ())
    return construct(element, (atom_kind(element) or "text") if atom else "html", root, inherited)


def _language(root: Element, channel: Element, parts: Parts) -> str | None:
    said = (channel.get(LANG) or root.get(LANG) or "").strip()
    return said or plain(first(parts, "language", "dc:language"))


def _icon(root: Element, parts: Parts) -> str | None:
    """atom:icon, atom:logo, the picture of RSS (beside the channel in RSS 1.0), or that of iTunes."""
    if said := plain(first(parts, "atom:icon", "atom:logo")):
        return said
    pictures = [*parts.get("image", ()), *(child for child in root if local_of(child) == "image")]
    urls = (plain(child) for picture in pictures for child in picture if local_of(child).lower() == "url")
    images = (attribute(element, "href", "url") for element in parts.get("itunes:image", ()))
    return next((url for url in (*urls, *images) if url), None)


def _generator(parts: Parts) -> str | None:
    element = first(parts, "atom:generator", "generator")
    if element is None:
        return None
    said = (plain(element), attribute(element, "version"), attribute(element, "uri", "url"))
    return " ".join(text for text in said if text)


def _updated(parts: Parts) -> RawDate | None:
    for name, label in _UPDATED.items():
        if text := plain(first(parts, name)):
            return RawDate(element=label, text=text)
    return None


def _hours(parts: Parts) -> tuple[int, ...]:
    """All skipHours, each once; 24 means midnight (H-26)."""
    numbers = (whole_number(text) for text in _listed(parts, "skiphours"))
    return tuple(dict.fromkeys(number % _MIDNIGHT for number in numbers if number is not None and number <= _MIDNIGHT))


def _days(parts: Parts) -> tuple[str, ...]:
    """All skipDays that are English names of days, each once."""
    said = (text.capitalize() for text in _listed(parts, "skipdays"))
    return tuple(dict.fromkeys(day for day in said if day in _DAYS))


def _listed(parts: Parts, name: str) -> Iterable[str]:
    return (text for element in parts.get(name, ()) for child in element if (text := plain(child)))


def _cloud(parts: Parts) -> str | None:
    """An rssCloud as ``protocol://domain:port/path``: recorded and nothing more (H-87)."""
    for element in parts.get("cloud", ()):
        if domain := attribute(element, "domain"):
            said = {name: attribute(element, name) or "" for name in ("protocol", "port", "path")}
            port = f":{said['port']}" if said["port"] else ""
            return f"{said['protocol'] or 'http-post'}://{domain}{port}/{said['path'].lstrip('/')}"[:_LONGEST_CLOUD]
    return None


def _tombstones(root: Element, channel: Element, names: Names) -> tuple[RawTombstone, ...]:
    """at:deleted-entry of RFC 6721, in the feed element or in a channel."""
    elements = [*root, *(channel if channel is not root else ())]
    found = []
    for element in elements:
        if names(element) == "at:deleted-entry" and (ref := attribute(element, "ref")):
            comment = next((plain(child) for child in element if names(child) == "at:comment"), None)
            found.append(RawTombstone(ref=ref, when=attribute(element, "when"), comment=comment))
    return tuple(found[:_MOST_TOMBSTONES])
