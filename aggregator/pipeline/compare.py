"""Two versions of an entry side by side: what their readers could see change, and what only a click would show."""

from __future__ import annotations

from aggregator.dedupe.canonical import read
from aggregator.dedupe.links import comparable
from aggregator.history import swap, word_diff
from aggregator.model import Difference, Revision


def compare(old: Revision, new: Revision) -> Difference:
    """Everything that makes ``new`` another version (D-04): words, punctuation and case, links, attachments, authors.

    Pure; the visible text is compared, not its markup.
    """
    before, after = read(old.content, old.content_kind), read(new.content, new.content_kind)
    swaps = (
        swap("address", _known(old.url), _known(new.url)),
        swap("link", _links(before.links, old.base), _links(after.links, new.base)),
        swap("attachment", _links(old.attachments, old.base), _links(new.attachments, new.base)),
        swap("author", old.authors, new.authors),
    )
    return Difference(
        title=word_diff(old.title, new.title),
        text=word_diff(_spaced(before.text), _spaced(after.text)),
        swaps=tuple(found for found in swaps if found is not None),
    )


def _links(found: tuple[str, ...], base: str | None) -> tuple[str, ...]:
    """As they are hashed: a signature or a tracking parameter that changes with every request is no edit."""
    return tuple(comparable(link, base) for link in found)


def _known(url: str | None) -> tuple[str, ...]:
    return (comparable(url),) if url else ()


def _spaced(text: str) -> str:
    """A blank line between blocks."""
    return text.replace("\n", "\n\n")
