"""Addresses of older pages: parameters set without disturbing others, short digests, the many spellings of one feed."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_FEED_PATH = re.compile(r"(?:feed(?:/(?:rss2?|rdf|atom))?|wp-rss2?\.php|wp-atom\.php)/?$")
_FEED_NAMES = ("rss", "rss2", "rdf", "atom", "feed")
MOST_VARIANTS = 24


def digest(text: str) -> str:
    """A short name for an address or a list of ids."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def with_parameters(url: str, **parameters: str | int | None) -> str:
    """The address with these query parameters set (``None`` takes one out); underscores stand for hyphens."""
    parts = urlsplit(url)
    wanted = {name.replace("__", "-"): value for name, value in parameters.items()}
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in wanted]
    more = [(name, str(value)) for name, value in wanted.items() if value is not None]
    return urlunsplit(parts._replace(query=urlencode([*kept, *more], safe=":,", quote_via=quote), fragment=""))


def site_of_feed(url: str) -> str | None:
    """The root of the WordPress whose main feed this address would be; ``None`` where it is the feed of a part, such as
    a category, whose entries are not those of the whole site."""
    parts = urlsplit(url)
    names = dict(parse_qsl(parts.query))
    if names.keys() == {"feed"} and names["feed"] in _FEED_NAMES:
        path = parts.path.removesuffix("index.php")
    elif not parts.query and (found := _FEED_PATH.search(parts.path)):
        path = parts.path[: found.start()]
    else:
        return None
    return None if _is_part(path) else urlunsplit((parts.scheme, parts.netloc, path or "/", "", ""))


def _is_part(path: str) -> bool:
    """Whether a path names a part of a site rather than a site that lives in a folder."""
    return any(word in ("category", "tag", "author", "comments", "topic") for word in path.lower().split("/"))


def variants(*urls: str | None) -> tuple[str, ...]:
    """Every spelling of these addresses under which somebody may have kept them: with and without www, a slash at the
    end, TLS (B-07). Those given come first."""
    given = tuple(dict.fromkeys(url for url in urls if url))
    found = dict.fromkeys(given)
    for url in given:
        parts = urlsplit(url)
        bare = parts.netloc.removeprefix("www.")
        slash = parts.path.rstrip("/")
        for scheme in ("https", "http"):
            for host in (bare, f"www.{bare}"):
                for path in (f"{slash}/", slash) if slash else ("/",):
                    found.setdefault(urlunsplit((scheme, host, path, parts.query, "")))
    return tuple(found)[:MOST_VARIANTS]
