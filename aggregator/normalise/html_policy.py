"""What published HTML may hold: the allow-list, and the hosts whose pictures only count readers (P-48)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_TAG_LIST = """
    p br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote q cite pre code kbd samp a abbr b i em strong s sub sup small
    mark del ins time figure figcaption img picture source audio video track table caption thead tbody tfoot tr th td
    col colgroup details summary div span ruby rt rp
"""
TAGS = frozenset(_TAG_LIST.split())
"""``h1`` passes the sanitiser and is made ``h2`` after it."""
_DROPPED_LIST = "script style template svg math iframe noembed noframes select textarea button title xmp plaintext"
DROPPED_WITH_CONTENT = frozenset(_DROPPED_LIST.split())
ATTRIBUTES: dict[str, frozenset[str]] = {
    "*": frozenset({"title", "lang", "dir"}),
    "a": frozenset({"href"}),
    "img": frozenset({"src", "srcset", "sizes", "alt", "width", "height"}),
    "source": frozenset({"src", "srcset", "sizes", "type", "width", "height"}),
    "video": frozenset({"src", "poster", "width", "height"}),
    "audio": frozenset({"src"}),
    "track": frozenset({"src", "kind", "srclang", "label"}),
    "blockquote": frozenset({"cite"}),
    "q": frozenset({"cite"}),
    "del": frozenset({"cite", "datetime"}),
    "ins": frozenset({"cite", "datetime"}),
    "time": frozenset({"datetime"}),
    "ol": frozenset({"start", "reversed", "type"}),
    "th": frozenset({"colspan", "rowspan", "scope", "headers"}),
    "td": frozenset({"colspan", "rowspan", "headers"}),
}
# One attribute a tag: nh3 adds several in an order that differs from run to run.
SET_ATTRIBUTES = {
    "img": {"loading": "lazy"},
    "video": {"controls": ""},
    "audio": {"controls": ""},
}
LINK_REL = "nofollow noopener ugc"
SCHEMES = frozenset({"http", "https", "mailto", "tel", "data"})
"""``data`` passes here and is judged by `is_small_picture` alone."""

TINY, LONGEST_PICTURE = 2, 8_192
_PICTURE = re.compile(r"data:image/(?:png|gif|jpeg|webp|avif);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_ONE_PIXEL_GIF = "R0lGODlhAQAB"
_TINY_STYLE = re.compile(
    r"(?:^|;)\s*(?:(?:width|height)\s*:\s*[0-2](?:\.\d+)?(?:px)?|display\s*:\s*none)\s*(?:!important\s*)?(?:;|$)",
    re.IGNORECASE,
)
_PIXELS = re.compile(r"\s*(\d{1,4})(?:\.\d+)?(?:px)?\s*", re.IGNORECASE)
_BEACON_HOSTS = (
    "pixel.wp.com",
    "stats.wordpress.com",
    "feeds.wordpress.com",
    "doubleclick.net",
    "google-analytics.com",
    "googletagmanager.com",
    "scorecardresearch.com",
    "quantserve.com",
    "feedsportal.com",
    "pheedo.com",
    "bat.bing.com",
    "analytics.twitter.com",
    "counter.theconversation.com",
    "counter.theconversation.edu.au",
    "pixel.propublica.org",
    "chartbeat.net",
    "hits.theguardian.com",
    "statcounter.com",
    "track.hubspot.com",
)
_BEACON_PATHS = (
    ("feeds.feedburner.com", "/~r/"),
    ("feeds.feedburner.com", "/~ff/"),
    ("facebook.com", "/tr"),
    ("blogger.googleusercontent.com", "/tracker/"),
    ("medium.com", "/_/stat"),
    ("t.co", "/i/adsct"),
    ("bbc.co.uk", "/o.gif"),
)


def is_small_picture(address: str) -> bool:
    """Whether a ``data:`` address is a bitmap of at most 8 KB (P-23); SVG can hold scripts and never is."""
    return len(address) <= LONGEST_PICTURE and _PICTURE.fullmatch(address) is not None


def is_tiny(width: str | None, height: str | None, style: str | None) -> bool:
    """Whether a picture of these attributes is at most two pixels wide or high, or hidden."""
    sizes = (found for size in (width, height) if size and (found := _PIXELS.fullmatch(size)))
    return any(int(found[1]) <= TINY for found in sizes) or bool(style and _TINY_STYLE.search(style))


def is_beacon(address: str) -> bool:
    """Whether a picture only tells somebody that it was fetched: by its host, or as the customary empty GIF."""
    text = address.strip()
    if text[:5].lower() == "data:":
        return _ONE_PIXEL_GIF in text[:64]
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if any(_under(host, beacon) for beacon in _BEACON_HOSTS):
        return True
    return any(_under(host, beacon) and parts.path.startswith(path) for beacon, path in _BEACON_PATHS)


def _under(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
