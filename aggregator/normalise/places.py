"""Where a document says it lives: the addresses its links resolve against, and the hosts it calls its own (P-20)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.model import Link, RawDocument, RawEntry, ReadContext
from aggregator.normalise.urls import canonical, host_of, resolve

LONGEST_KEPT = 1_024
"""Longer bases are not worth a place in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``base``: what relative links of the document resolve against; ``hosts``: those of the feed and of its site."""

    base: str
    hosts: tuple[str, ...]
    site_url: str | None


def place_of(raw: RawDocument, context: ReadContext) -> Place:
    """The base is the nearest xml:base, then Content-Location, then the final address (P-20)."""
    header = resolve(context.content_location, context.url) if context.content_location else None
    base = _under(raw.feed.base, header or context.url)
    site = alternate(raw.feed.links, base)
    hosts = map(host_of, (context.url, context.site_url, site))
    return Place(base=base, hosts=tuple(dict.fromkeys(host for host in hosts if host)), site_url=site)


def base_of(own: str | None, place: Place) -> str:
    """The base of an element: its own nearest xml:base where it has one, else that of the document."""
    return _under(own, place.base)


def alternate(links: Sequence[Link], base: str) -> str | None:
    """The address of the page these links stand for: the first alternate in HTML or of no stated type, else the first
    that is no feed or data of another kind."""
    pages = [link for link in links if link.rel == "alternate" and link.href.strip() and not _is_data(link)]
    pages.sort(key=lambda link: link.type is not None and "html" not in link.type.lower())
    return next((address for link in pages if (address := resolve(link.href, base))), None)


def entry_urls(entries: Sequence[RawEntry], place: Place) -> list[str | None]:
    """The absolute address of each entry: its alternate link, else a guid that is a permalink (P-13)."""
    return [_entry_url(entry, place) for entry in entries]


def entry_links(urls: Sequence[str | None], hosts: Sequence[str]) -> list[str | None]:
    """The canonical forms of the addresses of one document (P-21). Where several differ only in their fragment,
    the fragment is what tells them apart and is kept."""
    plain = [canonical(url, hosts) if url else None for url in urls]
    shared = {link for link, count in Counter(plain).items() if link and count > 1}
    if not shared:
        return plain
    full = [canonical(url, hosts, keep_fragment=True) if url and link in shared else link
            for url, link in zip(urls, plain, strict=True)]  # fmt: skip
    forms: defaultdict[str | None, set[str | None]] = defaultdict(set)
    for link, whole in zip(plain, full, strict=True):
        forms[link].add(whole)
    return [whole if len(forms[link]) > 1 else link for link, whole in zip(plain, full, strict=True)]


def _entry_url(entry: RawEntry, place: Place) -> str | None:
    url = alternate(entry.links, base_of(entry.base, place))
    if url or not entry.permalink or not entry.raw_id:
        return url
    return resolve(entry.raw_id, None)


def _is_data(link: Link) -> bool:
    kind = (link.type or "").lower()
    return "html" not in kind and ("xml" in kind or "json" in kind)


def _under(own: str | None, base: str) -> str:
    if not own:
        return base
    return _resolved(own, base) if len(own) <= LONGEST_KEPT else resolve(own, base) or base


@lru_cache(maxsize=256)
def _resolved(own: str, base: str) -> str:
    """Nearly all elements of a document have one base."""
    return resolve(own, base) or base
