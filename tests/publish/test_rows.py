"""Entries of a page: escaped as the templates escape, whatever a feed puts into them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some
from markupsafe import escape

from aggregator.publish import views
from aggregator.publish.rows import escaped, rows
from tests.publish.press import MEMBER, item, press


@given(some.text())
def test_escaping_is_that_of_the_templates(text: str) -> None:
    """One page has both: joined entries and what a template puts around them."""
    assert escaped(text) == str(escape(text))


def test_nothing_of_an_entry_becomes_markup() -> None:
    """W-01: title, source, category, address, copies: each is text or an attribute value."""
    evil = "<b>'\"&"
    made = item(title=evil, summary=evil, url="https://a.example/?q=<b>'", members=(MEMBER,), revisions=3)
    found = "".join(rows(day, True, True) for day in views.days([made], press()))
    assert "<b>" not in found
    assert "&lt;b&gt;&#39;&#34;&amp;" in found
    assert ">edited, 3 versions</span>" in found
