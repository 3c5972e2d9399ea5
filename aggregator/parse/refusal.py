"""Why a body is no feed, in words that help the operator who has to mend it (P-01)."""

from __future__ import annotations

import html
import re

from aggregator.errors import UnreadableError
from aggregator.parse.characters import printable
from aggregator.parse.prolog import Prolog

_HTML = re.compile(r"<!doctype\s+html|<(?:html|head|body|title|meta|script|div|p|br|b|h1|table)[\s/>]", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)
_LOOK = 20_000
_MAGIC = (
    ("\x1f", "compressed data (gzip) that its server did not label"),
    ("%PDF", "a PDF document"),
    ("PK", "a ZIP or Office file"),
    ("\x89PNG", "an image"),
    ("GIF8", "an image"),
)
_ROOTS = {
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap index",
    "opml": "an OPML list of feeds",
    "entry": "a single Atom entry, not a feed",
    "feed": "an XML document <feed> that is not in the Atom namespace",
    "RDF": "an RDF document without an RSS channel",
    "Error": "an error message of a storage service",
}


def not_a_feed(text: str, prolog: Prolog) -> UnreadableError:
    """The refusal of a text whose root is not that of a feed: kind ``html``, ``malformed`` or ``not-a-feed``."""
    if prolog.local.lower() == "html" or (not prolog.doctype and not prolog.local) or _is_html(text, prolog):
        if _HTML.search(text[:_LOOK]):
            return UnreadableError("html", _page(text))
        return _unknown(text)
    if prolog.local:
        known = _ROOTS.get(prolog.local, f"an XML document with the root element <{printable(prolog.name, 40)}>")
        return UnreadableError("not-a-feed", f"{known}: neither RSS nor Atom")
    return _unknown(text)


def _is_html(text: str, prolog: Prolog) -> bool:
    return "html" in prolog.doctype[:200].lower() or _HTML.match(text, prolog.end) is not None


def _page(text: str) -> str:
    found = _TITLE.search(text[:_LOOK])
    title = printable(html.unescape(found[1])) if found else ""
    return f"a web page titled “{title}”, not a feed" if title else "a web page without a title, not a feed"


def _unknown(text: str) -> UnreadableError:
    for start, name in _MAGIC:
        if text.startswith(start):
            return UnreadableError("not-a-feed", f"{name}, not a feed")
    beginning = printable(text, 60)
    if text.startswith("<"):
        return UnreadableError("malformed", f"cut off or broken before its first element is complete: “{beginning}”")
    return UnreadableError("not-a-feed", f"neither XML nor JSON; it begins with “{beginning}”")
