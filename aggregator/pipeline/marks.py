"""By what an entry that is to be taken down is found in captures, and by what it would come back. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from aggregator.barring import content_token, folded, key_token, link_token
from aggregator.dedupe.keys import link_alias
from aggregator.model import Alias, EntryRow
from aggregator.model.dossier import Dossier

SHORTEST = 12
"""Folded characters of an id or a title that say enough to be looked for; of an address likewise."""
SENTENCE = 40
PIECES = 12
BEGINNING = 80
"""Folded characters of the beginning of a text, up to the end of a word: what a body that broke off still has."""
_SCHEME = re.compile(r"^https? ")
"""An address is the same with either."""


def marks_of(dossier: Dossier, others: Iterable[EntryRow]) -> tuple[str, ...]:
    """Folded texts, one of which stands wherever the entry stands: its ids and addresses, its titles and longest
    sentences. What stands in one of the ``others`` too, which remain, says nothing of this one."""
    rest = " \n ".join(folded(" ".join((each.title, each.content, each.url or "", each.key))) for each in others)
    found = (_SCHEME.sub("", folded(text)) for text in _texts(dossier))
    return tuple(dict.fromkeys(mark for mark in found if len(mark) >= SHORTEST and mark not in rest))


def _texts(dossier: Dossier) -> Iterator[str]:
    yield dossier.public_id
    for key in dossier.keys:
        kind, _, name = key.partition(":")
        if kind in ("guid", "link", "place") and not name.startswith("sha256:"):
            yield name
    for version in dossier.versions:
        yield from (address for address in (version.url, version.link) if address and _leads_somewhere(address))
        yield version.title
        yield folded(version.content)[:BEGINNING].rpartition(" ")[0]
        sentences = [part for part in _sentences(version.content) if len(part) >= SENTENCE]
        yield from sorted(sentences, key=len, reverse=True)[:PIECES]


def _sentences(content: str) -> Iterator[str]:
    """Sentences without what markup, line breaks and cut summaries may do inside them."""
    for part in content.replace(">", ">\n").replace("<", "\n<").replace(". ", ".\n").splitlines():
        if not part.startswith("<"):
            yield part.strip()


def tokens_of(dossier: Dossier, sharers: Callable[[Alias], int]) -> frozenset[str]:
    """What bars its return: keys, texts long enough to be one text only, and links that are of this entry alone."""
    links = {link_alias(version.link) for version in dossier.versions if version.link}
    own = [each for each in links if _leads_somewhere(each.value) and sharers(each) <= 1]
    return frozenset(
        (
            *(key_token(dossier.feed_id, key) for key in dossier.keys),
            *(link_token(each.value) for each in own),
            *(content_token(version.content_hash) for version in dossier.versions if version.strong),
        )
    )


def _leads_somewhere(address: str) -> bool:
    """Whether there is a path or a query behind the host: a front page is no address of an entry."""
    return bool(address.partition("://")[2 if "://" in address else 0].partition("/")[2].strip("/"))
