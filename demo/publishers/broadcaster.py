"""A broadcaster: summaries only, ``at_`` tracking in links, and guids that end in ``#0``, ``#1`` … with each edit."""

from __future__ import annotations

import hashlib
from html import escape

from demo.publishers.exchange import Answer, Ask, Place, conditional, http_date, missing, newest
from demo.publishers.page import article, listing
from demo.stories import Telling

FEED = "/news/england/knowsmere/rss.xml"
TITLE = "Northshore Radio News"
TRACKING = "?at_medium=RSS&at_campaign=rss"


def render(ask: Ask, place: Place) -> Answer:
    """The feed, the front page, one article, or 404."""
    articles = place.told("northshore", ask.elapsed)
    if ask.path == FEED:
        return conditional(ask, _feed(articles, place), newest(articles, place.start))
    if ask.path == "/":
        return listing(TITLE, [(permalink(one, place.base), one.title) for one in articles])
    return next((article(one, TITLE) for one in articles if permalink(one, "") == ask.path), missing(TITLE))


def permalink(telling: Telling, base: str) -> str:
    """The address of an article: a short code that says nothing."""
    return f"{base}/news/articles/c{hashlib.sha256(telling.key.encode()).hexdigest()[:10]}o"


def guid(telling: Telling, base: str) -> str:
    """The unstable guid: it counts the edits."""
    return f"{permalink(telling, base)}#{telling.edits}"


def _feed(articles: tuple[Telling, ...], place: Place) -> Answer:
    items = "".join(_item(one, place.base) for one in articles)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">'
        f"<channel><title><![CDATA[{TITLE}]]></title><description><![CDATA[{TITLE} - Knowsmere]]></description>"
        f"<link>{place.base}/</link><language><![CDATA[en-gb]]></language>"
        f'<atom:link href="{place.base}{FEED}" rel="self" type="application/rss+xml"/>'
        f"<lastBuildDate>{http_date(newest(articles, place.start))}</lastBuildDate>{items}</channel></rss>"
    )
    return Answer(headers=(("Content-Type", "text/xml;charset=utf-8"),), body=text.encode())


def _item(one: Telling, base: str) -> str:
    return (
        f"<item><title><![CDATA[{one.title}]]></title><description><![CDATA[{' '.join(one.paragraphs)}]]></description>"
        f"<link>{escape(permalink(one, base) + TRACKING)}</link>"
        f'<guid isPermaLink="false">{guid(one, base)}</guid><pubDate>{http_date(one.published)}</pubDate></item>'
    )
