"""What a feed document says of its place in a chain (RFC 5005): read from its own head, so that nothing else needs to
know. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

HEAD = 16_384
"""Bytes of a document that its head fits into."""

_ENTRIES = re.compile(rb"<(?:entry|item|at:deleted-entry)[ >]")
_LINK = re.compile(rb'<(?:atom:)?link rel="(current|prev-archive|next-archive)" href="([^"]*)"')
_SAFE = re.compile(r"[!-~]+")
ARCHIVE = "archive/"
"""The folder of the chains; addresses below it name sealed documents."""


def chain_links(beginning: bytes) -> Mapping[str, str]:
    """Addresses by relation, from the first bytes of an Atom or RSS document of ours; empty outside a chain."""
    found = _ENTRIES.search(beginning)
    head = beginning[: found.start()] if found else beginning
    links = {rel.decode(): unescape(href.decode(errors="replace")) for rel, href in _LINK.findall(head)}
    return {rel: href for rel, href in links.items() if _SAFE.fullmatch(href) and ">" not in href}
