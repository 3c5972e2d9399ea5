"""How keys, aliases and public ids are spelled. Law: bounded, readable, and never two spellings of one thing."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import urlsplit

from aggregator.model import Alias, Entry, Key, PublicId

_LONGEST = 500
_LONGEST_ID = 1000
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\xa0<>"{}|\\^`\ud800-\udfff]+""")
_WEB = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_ACTIVE = ("javascript:", "vbscript:", "data:", "file:")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
# How most ids that are addresses are written: `urlsplit` would part them at the same places.
_PLAIN = re.compile(r"""https?://[A-Za-z0-9.:-]+((?:/[!"$->@-Z\\^-~]*)?)(?:\?([!"$-Z\\^-~]*))?(?:\#([!-Z\\^-~]*))?""")


def spell(kind: str, *parts: str) -> Key:
    """``kind:part``, or ``kind:part part`` with the last part first, as links and hashes hold no space and ids may."""
    return Key(f"{kind}:{_bounded(' '.join(reversed(parts)))}")


PLACE = "place"
"""Kind of the keys of entries that a saved page gives no permalink."""


def is_placed(key: Key) -> bool:
    """Whether a key was made from a page and a title, for want of an id and a permalink."""
    return key.startswith(f"{PLACE}:")


def plain_link(link: str | None) -> str:
    """A canonical link for comparing, where http equals https (P-21); empty where there is none."""
    if not link:
        return ""
    if link.startswith(("https://", "http://")):
        return link.partition("://")[2]
    return _SCHEME.sub("", link, count=1)


def link_alias(link: str) -> Alias:
    """P-14 c."""
    return Alias(kind="link", value=_bounded(plain_link(link)))


def aliases_of_id(raw_id: str) -> tuple[Alias, ...]:
    """P-14 a and b of an id that is an address: without scheme, and its path and query alone."""
    if not _WEB.match(raw_id):
        return ()
    name, slash, rest = raw_id.partition("//")[2].partition("/")
    host = Alias(kind="host", value=_bounded(f"{name.lower()}{slash}{rest}"))
    path = _path(raw_id)
    return (host, Alias(kind="path", value=_bounded(path))) if path.strip("/") else (host,)


def _path(address: str) -> str:
    """Path, query and fragment of a web address; empty where it cannot be read."""
    if plain := _PLAIN.fullmatch(address):
        path, query, fragment = plain.groups()
    else:
        try:
            _, _, path, query, fragment = urlsplit(address)
        except ValueError:
            return ""
    return path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def public_ids(entry: Entry, tag: str, key: Key) -> tuple[PublicId, ...]:
    """The ids an entry may be published under, best first (R-01); ``tag`` is `FeedState.tag`.

    First its own atom:id or permalink guid, where that is an absolute IRI and trusted as its key; then the feed's tag
    with 32 hex digits of the id's hash; last with the whole hash of the key, which is unique in its feed.
    """
    raw_id = entry.raw_id if entry.raw_id and key.startswith("guid:") else None
    own = (PublicId(raw_id),) if raw_id and _is_publishable(raw_id, entry.permalink) else ()
    return (*own, PublicId(f"{tag}/{_hash(raw_id or key)[:32]}"), PublicId(f"{tag}/{_hash(f'key {key}')}"))


def _is_publishable(raw_id: str, permalink: bool | None) -> bool:
    """``permalink`` is ``None`` for ids that are not RSS guids; a guid must say that it is one, and be an address."""
    if len(raw_id) > _LONGEST_ID or not _IRI.fullmatch(raw_id) or raw_id.lower().startswith(_ACTIVE):
        return False
    return permalink is None or (permalink and _WEB.match(raw_id) is not None)


def _bounded(value: str) -> str:
    # Of printable characters none is unfit, and most values have no other ones.
    if len(value) <= _LONGEST and (value.isprintable() or not _UNFIT.search(value)):
        return value
    return f"sha256:{_hash(value)}"


def _hash(value: str) -> str:
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
