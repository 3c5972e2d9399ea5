"""By what an entry is found in captures: all that is of it alone, however it is written there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from aggregator.barring import folded, link_token
from aggregator.model import EntryId, FeedId, Key, PublicId
from aggregator.model.dossier import Dossier, Wording
from aggregator.pipeline.marks import SHORTEST, marks_of, tokens_of

AT = datetime(2026, 6, 1, tzinfo=UTC)
TEXT = (
    "<p>Ida Thorne was seen at the swimming baths on Sunday.</p><p>Nobody else was there, a witness told us later.</p>"
)


def dossier(**changes: Any) -> Dossier:
    """An entry of one version."""
    words = {
        "title": "Agenda published for June",
        "content": TEXT,
        "content_kind": "html",
        "url": "https://a.example/news/ida-thorne/",
        "link": "https://a.example/news/ida-thorne",
        "content_hash": "c",
        "strong": True,
    }
    return Dossier(
        entry_id=EntryId(1),
        feed_id=FeedId("ashmere"),
        public_id=PublicId("tag:a.example,2026:1/abc"),
        published=True,
        first_seen_at=AT,
        last_seen_at=AT,
        forgotten_at=None,
        keys=(Key("guid:https://a.example/?p=4711"), Key("guid:7")),
        versions=(Wording(**(words | changes)),),  # type: ignore[arg-type]
    )


def neighbour(**words: str) -> Any:
    """Another entry that stays."""
    plain = {"title": "", "content": "", "url": "", "key": ""} | words
    return type("Row", (), plain)()


def test_only_what_is_of_it_alone() -> None:
    """A title that others bear too, an id of one digit: neither would be told apart from anybody else's."""
    marks = marks_of(dossier(), [neighbour(title="Agenda published for June")])
    assert "agenda published for june" not in marks
    assert "7" not in marks
    assert "https a example news ida thorne" in marks
    assert any("seen at the swimming baths" in mark for mark in marks)
    assert all(len(mark) >= SHORTEST for mark in marks)


def test_a_front_page_is_no_address_of_an_entry() -> None:
    """Neither to look for nor to bar: everything of the site would go with it."""
    found = dossier(url="https://a.example/", link="https://a.example")
    assert "https a example" not in marks_of(found, [])
    assert link_token("a.example") not in tokens_of(found, lambda _: 1)
    assert link_token("a.example/news/ida-thorne") in tokens_of(dossier(), lambda _: 1)
    assert link_token("a.example/news/ida-thorne") not in tokens_of(dossier(), lambda _: 2)


@given(some.text(alphabet="abc XYZ éü&<>'\"/-0\u2019", min_size=20))
def test_every_writing_is_found(text: str) -> None:
    """Law: as HTML, as HTML in XML, as JSON, in another encoding, a text is found by its folded form."""
    mark = folded(escape(text)).strip()
    for written in (escape(text), escape(escape(text)), json.dumps(escape(text)), escape(text).upper()):
        assert mark in folded(written)
    assert mark in folded(escape(text).encode("cp1252").decode("utf-8", "replace"))
