"""The feed of edits: what readers of an entry could see change, each edit an item of its own, marked word by word.

How much is quoted follows the licence of the source: FULL every change, SUMMARY as much as a summary may hold, LINK the
title only; what is not quoted is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from hashlib import sha256

from aggregator.model import (
    Category,
    Difference,
    Edit,
    Edition,
    Founding,
    Item,
    Person,
    Piece,
    Precision,
    PublicId,
    Republish,
    Site,
)
from aggregator.publish import links
from aggregator.publish.edition import stem
from aggregator.publish.entry import LONGEST_SUMMARY, cut, line
from aggregator.publish.markup import quoted, text

PATH = "edits"
LIMIT = 100
"""Edits of the feed."""
CONTEXT = 8
"""Words shown on each side of a change."""
LONGEST_QUOTE = 20_000
"""Characters quoted of one edit at most, whatever the licence."""
LONGEST_TITLE = 300
_PARTS = re.compile(r"\S+\s*")
_GAP = Piece(kind="gap", text=" … ")

Compared = tuple[Edit, Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quote:
    """Pieces to show, and how many changed words are not among them."""

    pieces: tuple[Piece, ...]
    left: int


def of_edits(edits: Sequence[Compared], site: Site, founding: Founding) -> Edition:
    """The feed of edits, ``edits``; newest first as given."""
    items = tuple(_item(edit, difference, founding) for edit, difference in edits)
    return Edition(
        path=PATH,
        id=f"{stem(founding)}:{PATH}",
        title=f"{site.title}: edits",
        subtitle="What changed in entries after they were published, word by word, newest first",
        language=site.language,
        updated=max((item.updated_at for item in items), default=founding.at),
        items=items,
    )


def _item(edit: Edit, difference: Difference, founding: Founding) -> Item:
    """An edit in the form of an item, so that every format tells it. Its licence was minded here, so the whole of it
    may go out."""
    at = edit.after.seen_at.astimezone(UTC).replace(microsecond=0)
    body = "".join(_body(edit, difference))
    return Item(
        entry_id=edit.after.entry_id,
        public_id=edit_id(edit, founding),
        pub_seq=edit.seq,
        # Not the latest change of the source, either: this feed is rendered when there are edits, not at each of those.
        source=replace(edit.source, republish=Republish.FULL, updated=None),
        title=cut(line(f"Edited: {edit.after.title or edit.before.title or 'untitled entry'}"), LONGEST_TITLE),
        url=edit.url,
        base=None,
        content=body,
        content_kind="html",
        summary=_summary(difference, edit.source.republish),
        authors=tuple(Person(name=name) for name in edit.after.authors),
        categories=(Category(term="significant edit" if edit.after.significant else "small edit"),),
        enclosures=(),
        language=edit.language,
        rights=None,
        original=None,
        published_at=at,
        precision=Precision.SECOND,
        published_basis="first-seen",
        updated_at=at,
        first_seen_at=at,
        revision=edit.after.number,
        revisions=edit.after.number,
    )


def edit_id(edit: Edit, founding: Founding) -> PublicId:
    """The id of an edit for ever: made from the entry's own and the number of the version (R-01)."""
    name = sha256(edit.public_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return PublicId(f"{stem(founding)}:{PATH}/{name}/{edit.after.number}")


def _body(edit: Edit, difference: Difference) -> Iterator[str]:
    """The edit as HTML; what is removed and added is told in words, too, for readers that show no marks."""
    policy = edit.source.republish
    yield f"<p>{text(_headline(edit))}</p>"
    if _changed(difference.title):
        yield f"<p><strong>Title:</strong> {_marked(difference.title)}</p>"
    quote = _quoted(difference.text, _room(policy))
    if quote.pieces:
        yield "".join(f"<p>{_marked(part)}</p>" for part in _paragraphs(quote.pieces))
    if quote.left:
        more = " more" if quote.pieces else ""
        yield f"<p>{quote.left:,}{more} changed word{'' if quote.left == 1 else 's'} not quoted here.</p>"
    if difference.swaps and policy is not Republish.LINK:
        yield f"<ul>{''.join(f'<li>{part}</li>' for part in _swaps(difference))}</ul>"
    if address := links.web(edit.url):
        yield f'<p><a href="{quoted(address)}">The entry at {text(line(edit.source.title) or edit.source.id)}</a></p>'


def _headline(edit: Edit) -> str:
    kind = "a significant edit" if edit.after.significant else "a small edit"
    if edit.after.reverts_to is not None:
        kind = f"a return to the words of version {edit.after.reverts_to}"
    seen = edit.after.seen_at.astimezone(UTC)
    return f"Version {edit.after.number}, {kind}, first seen {seen:%Y-%m-%d %H:%M} UTC."


def _summary(difference: Difference, policy: Republish) -> str:
    """The edit in one plain sentence: what the title became, or what was removed and added first."""
    shown = difference.title if _changed(difference.title) or policy is Republish.LINK else difference.text
    gone, come = (" … ".join(_words(shown, kind)) for kind in ("removed", "added"))
    parts = [f"removed: {cut(gone, 200)}" if gone else "", f"added: {cut(come, 200)}" if come else ""]
    if not gone and not come:
        parts = [f"{swap.name} changed" for swap in difference.swaps] or ["the text has changed"]
    said = "; ".join(part for part in parts if part)
    return said[:1].upper() + said[1:]


def _words(pieces: Sequence[Piece], kind: str) -> Iterator[str]:
    return (words for piece in pieces if piece.kind == kind and (words := line(piece.text)))


def _room(policy: Republish) -> int:
    return {Republish.FULL: LONGEST_QUOTE, Republish.SUMMARY: LONGEST_SUMMARY, Republish.LINK: 0}[policy]


def _changed(pieces: Sequence[Piece]) -> bool:
    return any(piece.kind != "same" for piece in pieces)


def _quoted(pieces: Sequence[Piece], room: int) -> _Quote:
    """The changes with a few words around each, as far as there is room; the words of changes left out are counted."""
    shown: list[Piece] = []
    left = 0
    for piece in _shortened(pieces):
        fits = piece.text if len(piece.text) <= room else cut(piece.text, room) if room > CONTEXT else ""
        room -= len(fits)
        if piece.kind in ("removed", "added"):
            left += len(piece.text.split()) - len(fits.split())
        if fits:
            shown.append(Piece(kind=piece.kind, text=fits))
    return _Quote(pieces=tuple(shown) if any(piece.kind in ("removed", "added") for piece in shown) else (), left=left)


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """What stayed the same is cut to a few words before and after each change."""
    if not _changed(pieces):
        return
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        words = _PARTS.findall(piece.text)
        head = CONTEXT if place else 0
        tail = CONTEXT if place < last else 0
        if piece.kind != "same" or len(words) <= head + tail:
            yield piece
            continue
        yield Piece(kind="same", text="".join(words[:head]))
        yield _GAP
        yield Piece(kind="same", text="".join(words[len(words) - tail :]))


def _paragraphs(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The pieces by paragraph: a blank line inside a piece ends one."""
    part: list[Piece] = []
    for piece in pieces:
        first, *rest = piece.text.split("\n\n")
        part.append(Piece(kind=piece.kind, text=first))
        for more in rest:
            yield part
            part = [Piece(kind=piece.kind, text=more)]
    yield part


def _marked(pieces: Sequence[Piece]) -> str:
    """The pieces as HTML. The words beside the marks say what a mark means; colour alone never does (W-02)."""
    return "".join(_mark(piece) for piece in pieces)


def _mark(piece: Piece) -> str:
    words = piece.text.strip()
    if piece.kind not in ("removed", "added") or not words:
        return text("" if piece.kind == "removed" else piece.text)
    lead, tail = piece.text[: len(piece.text) - len(piece.text.lstrip())], piece.text[len(piece.text.rstrip()) :]
    tag = "del" if piece.kind == "removed" else "ins"
    return f"{text(lead)}<{tag}>[{piece.kind}: {text(words)}]</{tag}>{text(tail)}"


def _swaps(difference: Difference) -> Iterator[str]:
    for swap in difference.swaps:
        for kind, values in (("removed", swap.removed), ("added", swap.added)):
            for value in values[:LIMIT]:
                yield f"{text(swap.name)} {_mark(Piece(kind=kind, text=cut(value, links.LONGEST)))}"
