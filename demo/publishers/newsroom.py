"""A council's news site: plain RSS 2.0 with permalink guids and dates that name their zone (BST, GMT)."""

from __future__ import annotations

from html import escape

from demo.publishers.exchange import Answer, Ask, Place, conditional, missing, newest, rfc822_named
from demo.publishers.page import article, listing, paragraphs
from demo.stories import Telling

FEED = "/news/rss.xml"
TITLE = "Knowsmere Council newsroom"


def render(ask: Ask, place: Place) -> Answer:
    """The feed, the list of releases, one release, or 404."""
    releases = place.told("council", ask.elapsed)
    if ask.path == FEED:
        return conditional(ask, _feed(releases, place), newest(releases, place.start))
    if ask.path in {"/", "/news/"}:
        return listing(TITLE, [(permalink(release, place.base), release.title) for release in releases])
    wanted = ask.path.removeprefix("/news/")
    return next((article(release, TITLE) for release in releases if release.key == wanted), missing(TITLE))


def permalink(telling: Telling, base: str) -> str:
    """The address of a release; it is its guid too."""
    return f"{base}/news/{telling.key}"


def _feed(releases: tuple[Telling, ...], place: Place) -> Answer:
    items = "\n".join(_item(release, place.base) for release in releases)
    text = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{TITLE}</title>
<link>{place.base}/news/</link>
<description>News from your council</description>
<language>en-gb</language>
<copyright>Open Government Licence v3.0</copyright>
<atom:link href="{place.base}{FEED}" rel="self" type="application/rss+xml"/>
{items}
</channel>
</rss>
"""
    return Answer(headers=(("Content-Type", "application/rss+xml"),), body=text.encode())


def _item(release: Telling, base: str) -> str:
    tags = "".join(f"<category>{escape(tag)}</category>\n" for tag in release.story.tags)
    link = permalink(release, base)
    return f"""<item>
<title>{escape(release.title, quote=False)}</title>
<link>{link}</link>
<guid>{link}</guid>
<pubDate>{rfc822_named(release.published)}</pubDate>
{tags}<description>{escape(paragraphs(release))}</description>
</item>"""
