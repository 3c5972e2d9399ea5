"""Which hub and topic a feed names (H-80): Link header first, then the document. Pure; hostile input never raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from aggregator.model import Headers, Link, Offer

LONGEST = 2_000
"""Addresses longer than this are ignored: they go into forms, logs and the database."""
MOST_HEADER = 16_000
_WEB = frozenset({"http", "https"})
# One link of RFC 8288: the address in angle brackets, then parameters, quoted or not.
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s\";,]*))?)*)")
_PARAMETER = re.compile(r";\s*([^\s=;,]+)(?:\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\";,]*)))?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def discover(headers: Headers, links: Sequence[Link], url: str, safe: Callable[[str], bool]) -> Offer:
    """The hub to subscribe at and the topic, exactly as ``rel=self`` spells it.

    ``headers`` are those of the answer from ``url``; ``links`` those of the document, absolute (a JSON Feed's ``hubs``
    and ``feed_url`` are among them). ``safe`` says of an address that it is https, or the operator's own. Without a
    safe hub one over http will do for a topic over http only: push must not be less private than the poll.
    """
    in_header = tuple(header_links(headers, url))
    in_document = tuple((rel, link.href) for link in links for rel in link.rel.lower().split())
    hubs, place = _first(_of(in_header, "hub"), _of(in_document, "hub"))
    topics, _ = _first(_of(in_header, "self"), _of(in_document, "self"))
    if not hubs:
        return Offer(why="the feed names no hub")
    if not topics:
        return Offer(why="the feed names a hub but not its own address (rel=self), which a subscription needs")
    hub = next(filter(safe, hubs), None)
    if hub is None and safe(topics[0]):
        return Offer(why="the feed is served safely, but its hub over http only: pushed content could be forged")
    return Offer(hub=hub or hubs[0], topic=topics[0], why=f"named in the {place}")


def _first(header: tuple[str, ...], document: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    return (header, "Link header") if header else (document, "document")


def _of(links: Iterable[tuple[str, str]], rel: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(href for name, href in links if name == rel and _is_web(href)))


def _is_web(href: str) -> bool:
    try:
        parts = urlsplit(href)
        _ = parts.port
    except ValueError:
        return False
    sound = len(href) <= LONGEST and href.isprintable() and " " not in href
    return sound and parts.scheme.lower() in _WEB and bool(parts.hostname) and "@" not in parts.netloc


def header_links(headers: Headers, url: str) -> Iterable[tuple[str, str]]:
    """Every relation and absolute address of the Link lines, in order."""
    text = ", ".join(value for name, value in headers if name == "link")[:MOST_HEADER]
    for match in _LINK.finditer(text):
        for word in _relations(match[2]):
            if href := _absolute(match[1].strip(), url):
                yield word, href


def _relations(parameters: str) -> list[str]:
    """The words of the first ``rel``; later ones do not count (RFC 8288, 3.3)."""
    for name, quoted, bare in _PARAMETER.findall(parameters):
        if name.lower() == "rel":
            return str(quoted or bare).lower().split()
    return []


def _absolute(href: str, url: str) -> str | None:
    """What is absolute stays as it is written: a topic is compared letter for letter."""
    if _SCHEME.match(href):
        return href
    try:
        return urljoin(url, href)
    except ValueError:
        return None
