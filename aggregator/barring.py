"""How entries that were taken down are known again without anything of them being kept: tokens, which are hashes. Pure,
shared by the room that decides and by the store that remembers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from html import unescape

from aggregator.model import Candidate, ContentHash, FeedId, Key


def key_token(feed_id: FeedId, key: Key) -> str:
    """An identity key, inside its feed (P-12)."""
    return _token("key", feed_id, key)


def link_token(link: str) -> str:
    """A canonical link without its scheme, wherever it comes from: `Alias.value` of a ``link``."""
    return _token("link", link)


def content_token(content: ContentHash) -> str:
    """The words of a text that is long enough to be one text only (D-05), wherever they come from."""
    return _token("content", content)


def tokens_of(feed_id: FeedId, candidate: Candidate, keys: tuple[Key, ...]) -> frozenset[str]:
    """Every token that an entry as it came would be known by; ``keys`` are those it may stand under."""
    links = (alias.value for alias in candidate.aliases if alias.kind == "link")
    prints = candidate.fingerprint
    return frozenset(
        (
            *(key_token(feed_id, key) for key in (candidate.key, *keys)),
            *(link_token(link) for link in links),
            *((content_token(prints.content),) if prints.strong else ()),
        )
    )


def hidden_key(feed_id: FeedId, key: Key) -> Key:
    """What stands in place of the key of an entry that was taken down."""
    return Key(f"sha256:{key_token(feed_id, key)}")


def hidden_content(content: str) -> ContentHash:
    """What stands in place of the hash of its words: nothing that comes can be equal to it."""
    return ContentHash(_token("forgotten", content))


_TAG = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|[nrtbf])")
"""As JSON writes what is no plain letter."""
_SIGNS = re.compile(r"[^a-z0-9]+")


def folded(text: str) -> str:
    """The letters and digits of a text or of its markup, however it is written: tags, entities, case, character
    encodings and escapes make no difference. Only for finding: much is lost."""
    return _signs(_bare(_unescaped(text))).strip()


def foldings(text: str) -> Iterator[str]:
    """What a text may mean, each folded and between blanks, so that whole words can be looked for: with its tags, as
    addresses stand in them, and without those of every depth of escaping."""
    layers = (plain := _unescaped(text), once := unescape(plain), unescape(once))
    yield f" {_signs(layers[-1])} "
    for layer in layers:
        yield f" {_signs(_bare(layer))} "


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else " ", text.casefold())


def _bare(text: str) -> str:
    """The text without tags and, then, without entities; those of entities may be escaped themselves."""
    return unescape(unescape(_TAG.sub(" ", text)))


def _signs(text: str) -> str:
    return _SIGNS.sub(" ", text.casefold())


def _token(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
