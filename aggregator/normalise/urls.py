"""Links: made absolute (P-20), put in one form (P-21) and kept to four schemes (P-23). Hostile input never raises."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urljoin

import idna

from aggregator.normalise.tracking import is_tracking

LONGEST, LONGEST_HOST = 8_192, 253
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_WEB = re.compile(r"(https?):[/\\]{2}([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_EDGE = "".join(map(chr, range(0x21)))
_INSIDE = dict.fromkeys(map(ord, "\t\n\r"))
_WEB_SCHEMES = frozenset({"http", "https"})
_KEPT_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?!.*\.\.)[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")
_ESCAPE_OR_ILLEGAL = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]|]")
_NEVER_LEGAL = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f\ud800-\udfff]')
_ADDRESS_WITHOUT_SCHEME = re.compile(r"www\.[a-z0-9-]+\.[a-z]", re.IGNORECASE)


_LEGAL = r"A-Za-z0-9\-._~!$&'()*+,;=:@/"
# The spelling of nearly every address: nothing in it has to be changed for it to be absolute, legal and canonical.
_PLAIN = re.compile(
    rf"(https?)://([a-z0-9]++(?:[.-][a-z0-9]++)*+)((?:/[{_LEGAL}]*+)?)(?:\?([{_LEGAL}?\[\]|]*+))?(?:#([{_LEGAL}?\[\]|]*+))?"
)


class WebAddress(NamedTuple):
    """The parts of an http(s) address in canonical form; ``authority`` without user, default port or final dot."""

    scheme: str
    authority: str
    path: str
    query: str
    fragment: str


def resolve(href: str, base: str | None) -> str | None:
    """``href`` as an absolute http(s) address, ``None`` where it is none (P-20).

    Otherwise spelled as published, but for characters that no address may hold: those are percent-encoded.
    """
    if len(href) <= LONGEST and (found := _PLAIN.fullmatch(href)) and _is_short(found) and "|" not in href:
        return href
    address = _joined(href, base)
    return _legal(address) if address and _scheme(address) in _WEB_SCHEMES and _split(address) else None


def published_link(href: str, base: str | None) -> str | None:
    """``href`` absolute if its scheme may be published: http, https, mailto, tel (P-23); else ``None``."""
    address = _joined(href, base)
    if not address or _scheme(address) not in _KEPT_SCHEMES:
        return None
    return _legal(address) if _scheme(address) not in _WEB_SCHEMES or _split(address) else None


def canonical(url: str, hosts: Collection[str] = (), *, keep_fragment: bool = False) -> str | None:
    """The one form of an absolute http(s) address (P-21, P-22), ``None`` for anything else or over 8,192 characters.

    ``hosts`` are those of the feed and its site, for the ``ref=`` rule. ``keep_fragment`` is for entries of one
    document that differ only there; ``#!`` is always kept. The scheme stays: `comparable` takes it off.
    """
    if len(url) > LONGEST:
        return None
    if (found := _PLAIN.fullmatch(url)) and found.end(3) == len(url) and found[3] and _is_canonical(found):
        return url
    parts = _split(url.strip(_EDGE).translate(_INSIDE))
    if parts is None:
        return None
    pieces = [piece for piece in parts.query.split("&") if not is_tracking(piece, hosts)] if parts.query else []
    query = "&".join(pieces)
    fragment = parts.fragment if keep_fragment or parts.fragment.startswith("!") else ""
    address = f"{parts.scheme}://{parts.authority}{parts.path}"
    return address + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def comparable(url: str) -> str:
    """A canonical address without its scheme: http equals https for comparing only (P-21)."""
    return url.split(":", 1)[1] if url.startswith(("http://", "https://")) else url


def host_of(url: str | None) -> str | None:
    """The host of an http(s) address in lower case and A-labels, without port; ``None`` where there is none."""
    parts = _split(url) if url else None
    return re.sub(r":\d+$", "", parts.authority) if parts else None


def _joined(href: str, base: str | None) -> str | None:
    text = _slashes(href.strip(_EDGE).translate(_INSIDE))
    if not text or len(text) > LONGEST:
        return None
    if _SCHEME.match(text) and not (base and _ADDRESS_WITHOUT_SCHEME.match(text)):
        return text
    if not base:
        return None
    if _ADDRESS_WITHOUT_SCHEME.match(text):
        return f"{_scheme(base) or 'https'}://{text}"
    try:
        return _slashes(urljoin(_slashes(base), text))
    except ValueError:
        return None


def _slashes(text: str) -> str:
    """Backslashes before query and fragment mean slashes, as in every browser."""
    if "\\" not in text or _scheme(text) not in _WEB_SCHEMES | {""}:
        return text
    end = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return text[:end].replace("\\", "/") + text[end:]


def _legal(address: str) -> str:
    scheme, colon, rest = address.partition(":")
    return scheme + colon + _NEVER_LEGAL.sub(_escape_one, rest)


def _escape_one(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass"))


def _scheme(url: str) -> str:
    found = _SCHEME.match(url)
    return found[1].lower() if found else ""


def _plain(url: str) -> WebAddress | None:
    """The parts of an address that is spelled canonically already; ``None`` for any other."""
    found = _PLAIN.fullmatch(url)
    if found is None or not _is_canonical(found):
        return None
    return WebAddress(found[1], found[2], found[3] or "/", found[4] or "", found[5] or "")


def _is_canonical(plain: re.Match[str]) -> bool:
    return _is_short(plain) and "/." not in plain[3]


def _is_short(plain: re.Match[str]) -> bool:
    """Whether its host is no longer than hosts may be."""
    return plain.end(2) - plain.start(2) <= LONGEST_HOST


def _split(url: str) -> WebAddress | None:
    if plain := _plain(url):
        return plain
    found = _WEB.fullmatch(url)
    if not found:
        return None
    scheme, authority = found[1].lower(), _authority(found[1].lower(), found[2])
    if authority is None:
        return None
    path = _without_dots(_escaped(found[3].replace("\\", "/")))
    return WebAddress(scheme, authority, path, _escaped(found[4] or ""), _escaped(found[5] or ""))


def _authority(scheme: str, text: str) -> str | None:
    host, port = _host_and_port(text.rpartition("@")[2])
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65_535):
        return None
    clean = _clean_host(host) if len(host) <= LONGEST_HOST + 1 else None
    if clean is None:
        return None
    return clean if not port or int(port) == _DEFAULT_PORTS[scheme] else f"{clean}:{int(port)}"


def _host_and_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, bracket, rest = text.partition("]")
        return host + bracket, rest.removeprefix(":") if rest.startswith(":") or not rest else "?"
    host, _, port = text.partition(":")
    return host, port


@lru_cache(maxsize=2_048)
def _clean_host(host: str) -> str | None:
    if host.startswith("["):
        return _clean_ipv6(host)
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (ValueError, IndexError):
            return None
    host = host.lower().removesuffix(".")
    return host if len(host) <= LONGEST_HOST and _HOST.fullmatch(host) else None


def _clean_ipv6(host: str) -> str | None:
    """A bracketed address; a zone identifier would smuggle any character into the authority."""
    if not host.endswith("]") or "%" in host:
        return None
    try:
        return f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
    except ValueError:
        return None


def _escaped(text: str) -> str:
    """Upper-case escapes, decode the needless ones, encode what may not stand in an address (RFC 3986, 6.2.2)."""
    return _ESCAPE_OR_ILLEGAL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return _escape_one(found)
    char = chr(int(found[1], 16))
    return char if _UNRESERVED.match(char) else found[0].upper()


def _without_dots(path: str) -> str:
    """Dot segments resolved (RFC 3986, 5.2.4); an empty path is ``/``."""
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
