"""Feed ids: short lower-case names that are safe in addresses and file names. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from urllib.parse import urlsplit

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII)
LONGEST = 64
# Words of an address that say nothing of who publishes there.
_PLAIN = {"www", "feeds", "feed", "rss", "news", "co", "org", "gov", "com", "net", "uk", "info", "ac"}


def is_slug(text: str) -> bool:
    """Whether the text may be a feed id or a category: it goes into paths and addresses as it is."""
    return len(text) <= LONGEST and _SLUG.fullmatch(text) is not None


def slug(text: str) -> str:
    """The text as a slug: "St Helens: Café news" → ``st-helens-cafe-news``; empty where nothing is left."""
    bare = unicodedata.normalize("NFKD", text.replace("&", " and "))
    bare = "".join(c for c in bare if not unicodedata.combining(c)).lower().replace("'", "").replace("’", "")
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:LONGEST].strip("-")


def feed_id_for(title: str | None, url: str, taken: Container[str] = ()) -> str:
    """A new feed id from the title, else from the host of the address; numbered where it is taken."""
    stem = slug(title or "") or _from_host(url) or "feed"
    candidate, number = stem, 1
    while candidate in taken:
        number += 1
        candidate = f"{stem[: LONGEST - 1 - len(str(number))].strip('-')}-{number}"
    return candidate


def _from_host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    labels = [label for label in host.split(".") if label not in _PLAIN]
    return slug(" ".join(labels) or host)
