"""Feed addresses that a web page announces in its head, best first."""

from __future__ import annotations

from urllib.parse import urljoin

from aggregator.model import Link

FEED_TYPES = (
    "application/atom+xml",
    "application/rss+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/json",
)
LONGEST_PAGE = 2_000_000
MOST_LINKS = 500
COMMENTS = ("comment", "sylwadau")


def feed_links(page: bytes, url: str) -> tuple[str, ...]:
    """Absolute http(s) addresses of ``link rel=alternate`` with a feed type, in page order, comment feeds last.

    ``url`` is the address of the page. Hostile pages cost bounded time and give an empty answer.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page[:LONGEST_PAGE].decode("utf-8", "replace"))
    base = tree.css_first("base[href]")
    home = urljoin(url, (base.attributes.get("href") or "") if base else "")
    found: dict[str, bool] = {}
    for link in tree.css("link[rel][href]"):
        attributes = link.attributes
        if "alternate" not in (attributes.get("rel") or "").lower().split():
            continue
        if (attributes.get("type") or "").partition(";")[0].strip().lower() not in FEED_TYPES:
            continue
        address = _join(home, (attributes.get("href") or "").strip())
        if address is not None:
            words = f"{attributes.get('title') or ''} {address}".lower()
            found.setdefault(address, any(word in words for word in COMMENTS))
    return tuple(sorted(found, key=lambda address: found[address]))


def _join(home: str, href: str) -> str | None:
    try:
        address = urljoin(home, href)
    except ValueError:
        return None
    return address if address.startswith(("http://", "https://")) else None


def page_links(page: bytes, url: str) -> tuple[Link, ...]:
    """Every link of the head of a page with an absolute http(s) address, in page order; ``url`` is that of the page."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page[:LONGEST_PAGE].decode("utf-8", "replace"))
    found = (link.attributes for link in tree.css("link[rel][href]")[:MOST_LINKS])
    pairs = ((each.get("rel") or "", _join(url, (each.get("href") or "").strip())) for each in found)
    return tuple(Link(href=href, rel=rel) for rel, href in pairs if href is not None)
