"""Other people's software reads the same entries out of every format."""

from __future__ import annotations

import json
from dataclasses import replace

from aggregator.publish.atom import render_atom
from aggregator.publish.jsonfeed import render_json
from aggregator.publish.rss import render_rss
from tests.publish.press import FILE, MEMBER, PAPER, full, item, keep, press
from tests.publish.reading import edition, understood

ITEMS = (
    item(1, title="Fees & charges: £5 < £6, says “Otterby”"),
    full(2, members=(MEMBER,), enclosures=(FILE,)),
    item(3, title="Llyfrgell newydd ŵ 🏛", language="cy", source=replace(PAPER)),
    item(4, public_id="tag:news.wharfe.example,2026:5b8f/0123456789abcdef", url="https://a.example/?b=c&d=e#f"),
)


def test_formats_agree() -> None:
    """R-01, R-02: ids, titles, links and dates are equal, in the same order, in Atom, RSS and JSON Feed."""
    made = edition(*ITEMS)
    atom, rss = understood(render_atom(made, press(clean=keep))), understood(render_rss(made, press(clean=keep)))
    (page,) = (json.loads(file.body) for file in render_json(made, press(clean=keep)))
    assert not atom.bozo
    assert not rss.bozo
    expected = [(one.public_id, one.title, one.url) for one in reversed(ITEMS)]
    assert [(one.id, one.title, one.link) for one in atom.entries] == expected
    assert [(one.id, one.title, one.link) for one in rss.entries] == expected
    assert [(one["id"], one["title"], one["url"]) for one in page["items"]] == expected
    dates = [one.published_at.utctimetuple()[:6] for one in reversed(ITEMS)]
    assert [one.published_parsed[:6] for one in atom.entries] == dates
    assert [one.published_parsed[:6] for one in rss.entries] == dates


def test_content_survives() -> None:
    """R-11, R-20, R-21: the same cleaned content comes out of all three."""
    made = edition(full(1))
    atom, rss = understood(render_atom(made, press(clean=keep))), understood(render_rss(made, press(clean=keep)))
    (page,) = (json.loads(file.body) for file in render_json(made, press(clean=keep)))
    bodies = {atom.entries[0].content[0].value, rss.entries[0].content[0].value, page["items"][0]["content_html"]}
    assert bodies == {full(1).content}


def test_source_is_found() -> None:
    """R-12, R-20: a reader that looks for the source finds it in Atom and RSS."""
    made = edition(item(1))
    assert understood(render_atom(made, press())).entries[0].source.title == "Otterby Council"
    assert understood(render_rss(made, press())).entries[0].source.title == "Otterby Council"
