"""Reads rendered documents back with other people's software."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import feedparser
from lxml import etree

from aggregator.model import Edition, File, Item, Site
from aggregator.publish.atom import render_atom
from aggregator.publish.edition import combined
from aggregator.publish.jsonfeed import render_json
from aggregator.publish.press import Press
from aggregator.publish.rss import render_rss
from tests.publish.press import FOUNDING, SITE

SCHEMAS = Path(__file__).parents[3] / "shared" / "schemas"
SPACES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}


def edition(*items: Item, site: Site = SITE) -> Edition:
    """The combined edition of some items."""
    return combined(items, site, FOUNDING)


def atom(press: Press, *items: Item) -> Any:
    """The combined feed in Atom, as an element."""
    return etree.fromstring(render_atom(edition(*items), press).body)


def rss(press: Press, *items: Item) -> Any:
    """The channel of the combined feed in RSS."""
    return etree.fromstring(render_rss(edition(*items), press).body).find("channel")


def pages(press: Press, *items: Item) -> list[dict[str, Any]]:
    """The pages of the combined JSON Feed."""
    return [json.loads(file.body) for file in render_json(edition(*items), press)]


def texts(element: Any, path: str) -> list[str]:
    """The text of every element under this path."""
    return [found.text or "" for found in element.findall(path, SPACES)]


def understood(file: File) -> Any:
    """What a feed reader makes of a document, its own cleaning switched off."""
    return understood_bytes(file.body)


def understood_bytes(body: bytes) -> Any:
    """The same of the bytes of a document."""
    return feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
