"""The list of sources for other readers."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from aggregator.model import FeedStatus
from aggregator.publish.opml import render_opml
from tests.publish.press import COUNCIL, NOON, PAPER, SITE


def test_outline() -> None:
    """R-61: OPML 2.0 with text, title, type, xmlUrl, htmlUrl, language and category, in folders."""
    file = render_opml([PAPER, COUNCIL, replace(COUNCIL, id="loose", category="", tags=())], SITE, NOON)
    document = etree.fromstring(file.body)
    assert (file.path, file.changed_at, document.get("version")) == ("opml.xml", NOON, "2.0")
    assert document.findtext("head/dateModified") == "Fri, 20 Nov 2026 12:00:00 +0000"
    assert [folder.get("text") for folder in document.findall("body/outline")] == ["council", "news", "Otterby Council"]
    (outline,) = document.findall("body/outline[@text='council']/outline")
    assert dict(outline.attrib) == {
        "text": "Otterby Council",
        "title": "Otterby Council",
        "type": "rss",
        "xmlUrl": COUNCIL.url,
        "htmlUrl": COUNCIL.site_url,
        "language": "en-GB",
        "category": "council,otterby",
    }


def test_removed_sources_and_odd_addresses_are_left_out() -> None:
    """R-61: what is no longer configured is not exported; a dangerous site address is dropped; text is escaped."""
    removed = replace(COUNCIL, id="gone", status=FeedStatus.REMOVED)
    odd = replace(COUNCIL, title='A "quoted" <title> & more\x00', site_url="javascript:alert(1)")
    document = etree.fromstring(render_opml([removed, odd], SITE, NOON).body)
    (outline,) = document.findall("body/outline/outline")
    assert outline.get("text") == 'A "quoted" <title> & more'
    assert outline.get("htmlUrl") is None
