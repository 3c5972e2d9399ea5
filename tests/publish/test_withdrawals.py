"""The feed of withdrawals: that an entry is gone, and not what it said (D-26)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree, html

from aggregator.model import Enclosure, Item, Republish
from aggregator.model.presence import Signal
from aggregator.publish.render import render
from aggregator.publish.withdrawals import LONGEST_TITLE, of_withdrawals, withdrawal_id
from tests.publish.press import FOUNDING, SITE, full, press
from tests.publish.reading import SPACES, understood
from tests.publish.test_hostile import ATTACKS

GONE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def gone(number: int = 1, **changes: Any) -> Item:
    """An entry whose page is gone."""
    letter = Enclosure(url="https://otterby.example/secret.pdf", title="Secret letter")
    made = full(number, content="<p>Secret words.</p>", summary="Secret words", enclosures=(letter,))
    return replace(made, **{"withdrawn_at": GONE, "withdrawn_by": Signal.PAGE_GONE.value, **changes})


def told(one: Item) -> Item:
    """What the feed says of one entry."""
    (item,) = of_withdrawals([one], SITE, FOUNDING).items
    return item


def test_it_says_that_and_how_but_not_what() -> None:
    """D-26: title, source and both dates; nothing of the text, its summary or its attachments."""
    item = told(gone())
    words = html.fromstring(item.content).text_content()
    assert "“Wharfe Bridge closes for repairs, week 1” of Otterby Council was first seen on" in words
    assert "its page is gone" in words
    assert "Noticed on 20 November 2026." in words
    assert "Secret" not in f"{item.title} {item.content} {item.summary}"
    assert (item.enclosures, item.members) == ((), ())
    assert item.source.republish is Republish.FULL


@pytest.mark.parametrize("signal", list(Signal))
def test_every_signal_has_its_own_words(signal: Signal) -> None:
    """D-26: what gave an entry away is said in plain words, one for each signal."""
    others = [told(gone(withdrawn_by=each.value)).content for each in Signal if each is not signal]
    assert told(gone(withdrawn_by=signal.value)).content not in others


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_titles_stay_words(attack: str) -> None:
    """P-48: a title and the name of a source are character data here as elsewhere, and one line each."""
    one = gone(title=attack, url="javascript:alert(1)")
    one = replace(one, source=replace(one.source, title=attack or "x"))
    item = told(one)
    assert not html.fragment_fromstring(item.content, "div").xpath("descendant::*[not(self::p)] | descendant::*/@*")
    assert "\n" not in html.fromstring(item.content).text_content().strip()
    assert len(item.title or "") <= LONGEST_TITLE
    for file in render([of_withdrawals([one], SITE, FOUNDING)], (), press()):
        if file.path.endswith((".atom", ".rss")):
            etree.fromstring(file.body)
            assert not understood(file).bozo


def test_an_address_is_quoted() -> None:
    """P-48: a link stands in quotes that it cannot leave."""
    item = told(gone(url='https://otterby.example/?a="onclick="x&b'))
    (link,) = html.fromstring(item.content).xpath("//a")
    assert dict(link.attrib).keys() == {"href"}


def test_each_withdrawal_has_its_id_for_ever() -> None:
    """R-01: an entry that returns and goes again is another withdrawal; asked twice, the same one."""
    first, again = withdrawal_id(gone(), GONE, FOUNDING), withdrawal_id(gone(), GONE + timedelta(days=1), FOUNDING)
    assert len({first, again, withdrawal_id(gone(2), GONE, FOUNDING), gone().public_id}) == 4
    assert withdrawal_id(gone(), GONE, FOUNDING) == first


def test_entries_that_are_there_are_not_told() -> None:
    """D-26: a withdrawal that was lifted leaves the feed; the order is kept."""
    edition = of_withdrawals([gone(3), gone(2, withdrawn_at=None), gone(1)], SITE, FOUNDING)
    assert [item.entry_id for item in edition.items] == [3, 1]
    (atom, *_) = render([edition], (), press())
    assert len(etree.fromstring(atom.body).findall("a:entry", SPACES)) == 2
