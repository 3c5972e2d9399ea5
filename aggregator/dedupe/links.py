"""Addresses inside a body, in the form in which they are compared (D-04). Law: two forms are equal only where a reader
would get the same page."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin

_NOISE = re.compile(
    r"""(?: utm_.* | mtm_.* | pk_.* | piwik_.* | matomo_.* | hsa_.* | at_custom.* | fbclid | gclid | dclid | gclsrc
    | msclkid | twclid | yclid | igshid | mc_cid | mc_eid | mkt_tok | _hsenc | _hsmi | ns_mchannel | ns_source
    | ns_campaign | at_medium | at_campaign | cmpid | ocid
    | sig | signature | token | expires | expiry | hmac | policy | key-pair-id | awsaccesskeyid | x-amz-.*
    | x-goog-.* )""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_KNOWN = 64
_WEB = re.compile(r"https?:", re.IGNORECASE)
# How most addresses are written: of them only the scheme and some parameters are taken away.
_PLAIN = re.compile(r"https?://([a-z0-9.:-]+(?:/[^?#\s]*)?)(?:\?([^#\s]*))?")


def comparable(url: str, base: str | None = None) -> str:
    """An address for comparing: absolute where ``base`` is known, without scheme, fragment, tracking and signatures.

    Addresses that are not http(s) (``mailto:``, ``data:``) and those that cannot be read stay as they are, trimmed.
    """
    if plain := _PLAIN.fullmatch(url):
        return plain[1] + _telling(plain[2])
    url = url.strip()
    if base is not None and not _WEB.match(url):
        url = _absolute(base, url)
    url = url.partition("#")[0] or url
    if not _WEB.match(url) and not url.startswith("//"):
        return url
    address, _, query = url.partition("//")[2].partition("?")
    host, slash, path = address.partition("/")
    return f"{host.lower()}{slash}{path}{_telling(query)}"


def _telling(query: str | None) -> str:
    """What of a query says which page is meant, with its question mark."""
    if not query:
        return ""
    kept = "&".join([part for part in query.split("&") if part and not _is_noise(part.partition("=")[0])])
    return f"?{kept}" if kept else ""


def _is_noise(name: str) -> bool:
    return _known_noise(name) if len(name) <= _LONGEST_KNOWN else _NOISE.fullmatch(name) is not None


@lru_cache(maxsize=512)
def _known_noise(name: str) -> bool:
    """Most addresses have the same few parameters."""
    return _NOISE.fullmatch(name) is not None


def _absolute(base: str, url: str) -> str:
    """RFC 3986, 5.2; the common ``/path`` without dot segments needs no parser."""
    if url.startswith("/") and not url.startswith("//") and "/." not in url and _WEB.match(base):
        scheme, _, rest = base.partition("//")
        host = re.split("[/?#]", rest, maxsplit=1)[0]
        return f"{scheme}//{host}{url}"
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def target(url: str) -> str:
    """What an address points at inside its site: path and query, or the host where there is no path.

    A site that moves to another host changes every link and says nothing new; the target stays.
    """
    link = comparable(url)
    if not _WEB.match(url.strip()):
        return link
    host, _, path = link.partition("/")
    return path or host
