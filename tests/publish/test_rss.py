"""RSS documents, R-20 word by word."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parsedate_to_datetime

from aggregator.publish.rss import render_rss
from tests.publish.press import FILE, MEMBER, SITE, bare, full, item, keep, press
from tests.publish.reading import SPACES, edition, rss, texts


def test_channel() -> None:
    """R-20: self and hub links, lastBuildDate of the last change, ttl 60, language."""
    channel = rss(press(hubs=("https://hub.example/",)), item(1))
    assert texts(channel, "title") == ["Wharfe & Aire news"]
    assert texts(channel, "link") == [SITE.url]
    assert texts(channel, "lastBuildDate") == ["Fri, 20 Nov 2026 11:05:00 +0000"]
    assert texts(channel, "ttl") == ["60"]
    assert texts(channel, "language") == ["en-GB"]
    links = {link.get("rel"): link.get("href") for link in channel.findall("a:link", SPACES)}
    assert links == {"self": SITE.url + "feed.rss", "hub": "https://hub.example/"}


def test_item() -> None:
    """R-20, R-01, R-15: link, guid without permalink, dated once, creators, categories, source."""
    (one,) = rss(press(), item(1)).findall("item")
    assert texts(one, "link") == ["https://www.otterby.example/news/1"]
    assert texts(one, "guid") == ["https://www.otterby.example/news/1"]
    assert one.find("guid").get("isPermaLink") == "false"
    assert texts(one, "pubDate") == ["Fri, 20 Nov 2026 11:00:00 +0000"]
    assert parsedate_to_datetime(texts(one, "pubDate")[0]) == item(1).published_at
    assert texts(one, "dc:creator") == ["Iris Holm", "Otterby Council"]
    assert texts(one, "category") == ["roads", "Otterby Council"]
    assert texts(one, "source") == ["Otterby Council"]
    assert one.find("source").get("url") == "https://www.otterby.example/news.rss"
    assert one.find("dc:date", SPACES) is None
    assert one.find("author") is None


def test_titles_use_hexadecimal_references() -> None:
    """R-20: & and < in titles are hexadecimal character references."""
    body = render_rss(edition(item(title="AT&T < BT & <b>")), press()).body
    assert b"<title>AT&#x26;T &#x3C; BT &#x26; &#x3C;b&#x3E;</title>" in body
    assert b"<title>Wharfe &#x26; Aire news</title>" in body


def test_description_before_content() -> None:
    """R-20: the plain summary comes first, escaped as HTML, then the whole content."""
    (one,) = rss(press(clean=keep), full(1, summary="5 < 6 & so on")).findall("item")
    tags = [child.tag for child in one]
    assert tags.index("description") < tags.index("{http://purl.org/rss/1.0/modules/content/}encoded")
    assert texts(one, "description") == ["5 &lt; 6 &amp; so on"]
    assert texts(one, "content:encoded") == [full(1).content]


def test_republish_modes() -> None:
    """Section 7 of the domain: a link has no text; a summary no content."""
    (linked,) = rss(press(), bare(1, enclosures=(FILE,))).findall("item")
    assert {child.tag for child in linked} & {"description", "enclosure"} == set()
    (short,) = rss(press(), item(1)).findall("item")
    assert short.find("content:encoded", SPACES) is None


def test_one_enclosure() -> None:
    """R-20: at most one enclosure, the rest as media:content; an unknown length is 0."""
    second = replace(FILE, url="https://www.otterby.example/map.png", type="image/png", length=None)
    (one,) = rss(press(), item(enclosures=(FILE, second))).findall("item")
    assert [dict(found.attrib) for found in one.findall("enclosure")] == [
        {"url": FILE.url, "length": "1234", "type": "application/pdf"}
    ]
    assert [dict(found.attrib) for found in one.findall("media:content", SPACES)] == [
        {"url": second.url, "type": "image/png"}
    ]
    (unknown,) = rss(press(), item(enclosures=(second,))).findall("item")
    assert unknown.find("enclosure").get("length") == "0"


def test_members_are_named() -> None:
    """D-21: other copies stand in the HTML, with links, in link mode too."""
    for made in (item(members=(MEMBER,)), bare(members=(MEMBER,)), full(members=(MEMBER,))):
        (one,) = rss(press(), made).findall("item")
        assert '<a href="https://dalemercury.example/bridge?a=1&amp;b=2">' in texts(one, "content:encoded")[0]


def test_same_bytes_twice() -> None:
    """R-42: no time of rendering in the body; dated by the last change."""
    first, second = (render_rss(edition(item(1), full(2)), press()) for _ in range(2))
    assert first == second
    assert (first.path, first.changed_at) == ("feed.rss", item(1).updated_at)
