"""What is cut out of a document is what was put into it, whatever stands in the entries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aggregator.model import Edition, Item, MonthPage, Precision, Republish
from aggregator.publish import atom, jsonfeed, pieces, rss
from aggregator.publish.atom import pieces_of_atom, render_atom
from aggregator.publish.jsonfeed import pieces_of_json, render_json
from aggregator.publish.month_pages import render_month
from aggregator.publish.month_text import pieces_of_text, render_month_text
from aggregator.publish.months import month_edition
from aggregator.publish.pages import render_source
from aggregator.publish.pieces import backwards, by_mark, mark, marks_in
from aggregator.publish.rows import escaped, pieces_of_page
from aggregator.publish.rss import pieces_of_rss, render_rss
from tests.publish.press import COUNCIL, FOUNDING, MEMBER, NOON, SITE, bare, item, press
from tests.publish.reading import edition
from tests.publish.test_hostile import ATTACKS, poisoned

MARKUP = some.sampled_from(
    ["</entry>\n", "<entry>\n", "\n</item>\n", "<item>\n", "\n", ",\n", "\n]}\n", "<b>",
     '<li class="entry h-entry">\n', "</li>\n", '<data class="u-uid" value="x">',
     "&", '"', "{", "}", "\r", "\t", "\u2028", "\x00", "é", "words "]
)  # fmt: skip
TEXTS = some.lists(MARKUP, max_size=6).map("".join)


def made(texts: list[str]) -> tuple[Item, ...]:
    """An entry for each text, some of them with copies, without a time, or with a link only."""
    found = []
    for number, text in enumerate(texts, start=1):
        words = {"title": text, "content": text, "summary": text, "rights": text, "language": None}
        one = (bare if number % 3 == 2 else item)(number, **words)
        more = {"members": (replace(MEMBER, title=text),), "precision": Precision.DAY} if number % 2 else {}
        found.append(replace(one, **more))
    return tuple(found)


def of_source(items: tuple[Item, ...]) -> Edition:
    """The feed of a source."""
    return replace(edition(*items), path="feeds/otterby-council", items=items)


def page_of(items: tuple[Item, ...]) -> MonthPage:
    """A month of a source with these entries."""
    return MonthPage(card=COUNCIL, month="2026-11", entries=len(items), number=None, last=0, items=items)


@given(some.lists(TEXTS, max_size=5))
def test_pieces_are_the_fragments(texts: list[str]) -> None:
    """In each format, in order; and by their ids on pages."""
    items, own = made(texts), press()
    feed = of_source(items)
    assert list(pieces_of_atom(render_atom(feed, own).body.decode())) == [atom.fragment(one, own) for one in feed.items]
    assert list(pieces_of_rss(render_rss(feed, own).body.decode())) == [rss.fragment(one, own) for one in feed.items]
    first, *_ = render_json(feed, own)
    assert list(pieces_of_json(first.body.decode())) == [jsonfeed.fragment(one, own) for one in feed.items]
    page = render_source(feed, COUNCIL, own, NOON).body.decode()
    found = pieces_of_page(page)
    assert set(found) == {escaped(one.public_id) for one in items}
    assert all(f"{piece}" in page for piece in found.values())


@given(some.lists(TEXTS, min_size=1, max_size=5))
def test_a_document_told_again_is_the_same(texts: list[str]) -> None:
    """The law: what is made of pieces is, byte for byte, what is rendered whole; some entries changed in between."""
    items = made(texts)
    changed = tuple(replace(one, title=f"{one.title} anew", revision=2) if one.entry_id % 2 else one for one in items)
    before, after = press(), press()
    files = documents(items, before)
    bodies = {name: body for name, (body, _) in files.items()}
    told = by_mark(
        [mark(one) for one in items],
        {
            "atom": pieces_of_atom(bodies["atom"]),
            "rss": pieces_of_rss(bodies["rss"]),
            "json": pieces_of_json(bodies["json"]),
            "text": pieces_of_text(bodies["text"], files["text"][1]),
        },
    )
    for one in changed:
        if (known := told.get(mark(one))) is not None:
            name = escaped(one.public_id)
            known |= {"page": pieces_of_page(bodies["page"])[name], "month": pieces_of_page(bodies["month"])[name]}
            after.told[id(one)] = (one, known)
    assert sum(1 for one in changed if id(one) in after.told) == len(items) // 2
    assert documents(changed, after) == documents(changed, press())


def documents(items: tuple[Item, ...], own: object) -> dict[str, tuple[str, str]]:
    """Every document of a source: its body, and what is noted with it."""
    feed, page = of_source(items), page_of(items)
    month = month_edition(page, SITE, FOUNDING)
    files = {
        "atom": render_atom(feed, own),  # type: ignore[arg-type]
        "rss": render_rss(feed, own),  # type: ignore[arg-type]
        "json": render_json(feed, own)[0],  # type: ignore[arg-type]
        "page": render_source(feed, COUNCIL, own, NOON),  # type: ignore[arg-type]
        "month": render_month(page, month, own),  # type: ignore[arg-type]
        "text": render_month_text(page, own),  # type: ignore[arg-type]
    }
    return {name: (file.body.decode(), file.noted) for name, file in files.items()}


@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if "\ud800" not in attack], ids=lambda one: ascii(one[:20])
)
def test_attacks_stay_in_their_pieces(attack: str) -> None:
    """Nothing that a publisher writes ends a piece, or begins one."""
    one = replace(poisoned(attack), language=None)
    items, own = (item(2), one, item(3)), press()
    feed = of_source(items)
    assert list(pieces_of_atom(render_atom(feed, own).body.decode())) == [atom.fragment(each, own) for each in items]
    assert list(pieces_of_rss(render_rss(feed, own).body.decode())) == [rss.fragment(each, own) for each in items]
    first, *_ = render_json(feed, own)
    found = list(pieces_of_json(first.body.decode()))
    assert found == [jsonfeed.fragment(each, own) for each in items][: len(found)]
    assert len(pieces_of_page(render_source(feed, COUNCIL, own, NOON).body.decode())) == 3


def test_a_mark_is_of_everything() -> None:
    """Another word anywhere, another copy, another licence of the source: another mark. Half a character has none."""
    one = item()
    others = [
        replace(one, title="other"),
        replace(one, content="other"),
        replace(one, members=(MEMBER,)),
        replace(one, revisions=2),
        replace(one, withdrawn_at=NOON),
        replace(one, source=replace(COUNCIL, republish=Republish.LINK)),
        replace(one, source=replace(COUNCIL, title="other")),
    ]
    assert len({mark(each) for each in (one, *others)}) == len(others) + 1
    assert mark(one) == mark(item())
    halved = mark(replace(one, title="\ud800"))
    assert by_mark([halved], {"atom": ["x"]}) == {}


def test_what_does_not_fit_is_left_out() -> None:
    """More or fewer pieces than marks, a damaged word, a body that is another: nothing is told of anything."""
    marks = [mark(item(number)) for number in (1, 2)]
    assert marks_in("".join(marks)) == tuple(marks)
    assert marks_in("".join(marks)[:-1]) == ()
    found = by_mark(marks, {"atom": ["a"], "rss": ["b", "c", "d"], "json": ["e"], "text": ["f", "g"]})
    assert found == {marks[0]: {"json": "e", "text": "f"}, marks[1]: {"text": "g"}}
    assert backwards("head||one||three", "3,5", "||") == ("one", "three")
    assert backwards("head||one||three", "4,5", "||") == ()
    assert backwards("one||three", "3,5", "||") == ()
    assert backwards("", "", "||") == ()
    assert pieces_of_atom("") == pieces_of_rss("") == pieces_of_json("") == ()
    assert pieces_of_page("") == {}
    assert pieces.lengths(["one", "three"]) == "3,5"
