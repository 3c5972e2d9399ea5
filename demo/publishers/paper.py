"""A local paper: RSS with tracking parameters. It reprints releases, word for word or edited, and corrects itself."""

from __future__ import annotations

import hashlib
from html import escape

from demo.publishers.exchange import Answer, Ask, Place, conditional, missing, newest, rfc822
from demo.publishers.page import article, listing, paragraphs
from demo.stories import Telling

FEED = "/news/rss/"
TITLE = "Knowsmere Gazette"
TRACKING = "?utm_source=rss&utm_medium=feed&utm_campaign=news"


def render(ask: Ask, place: Place) -> Answer:
    """The feed, the front page, one article, or 404. The guid stays when the headline is corrected."""
    articles = place.told("gazette", ask.elapsed)
    if ask.path == FEED:
        return conditional(ask, _feed(articles, place), newest(articles, place.start))
    if ask.path in {"/", "/news/"}:
        return listing(TITLE, [(permalink(one, place.base), one.title) for one in articles])
    return next((article(one, TITLE) for one in articles if permalink(one, "") == ask.path), missing(TITLE))


def number(telling: Telling) -> int:
    """The article number, as group-wide systems give it: eight digits, the same for ever."""
    return 25_000_000 + int(hashlib.sha256(telling.key.encode()).hexdigest()[:5], 16)


def permalink(telling: Telling, base: str) -> str:
    """``/news/<number>.<slug>/`` without tracking."""
    return f"{base}/news/{number(telling)}.{telling.key}/"


def _feed(articles: tuple[Telling, ...], place: Place) -> Answer:
    items = "\n".join(_item(one, place.base) for one in articles)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel>
    <title>{TITLE}</title>
    <link>{place.base}/news/</link>
    <description>The latest from Knowsmere and the moor villages</description>
    <language>en-gb</language>
    <copyright>© {TITLE}. All rights reserved.</copyright>
{items}
  </channel>
</rss>
"""
    return Answer(headers=(("Content-Type", "text/xml; charset=UTF-8"),), body=text.encode())


def _item(one: Telling, base: str) -> str:
    tags = "".join(f"      <category>{escape(tag)}</category>\n" for tag in one.story.tags)
    return f"""    <item>
      <title><![CDATA[{one.title}]]></title>
      <link>{escape(permalink(one, base) + TRACKING)}</link>
      <guid isPermaLink="false">{number(one)}</guid>
      <dc:creator>{escape(one.story.author)}</dc:creator>
      <pubDate>{rfc822(one.published)}</pubDate>
{tags}      <description><![CDATA[{paragraphs(one)}]]></description>
    </item>"""
