"""A councillor's WordPress blog: RSS 2.0 with full text, ``?p=N`` guids, month archives, paged feeds, 304s."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from demo.publishers.exchange import Answer, Ask, Headers, Place, conditional, missing, newest, rfc822
from demo.publishers.page import article, page, paragraphs
from demo.stories import Telling

FEED = "/feed/"
TITLE = "Cllr Moira Penketh"
PER_PAGE = 10
_BLOG_BEGAN = 1_420_070_400  # 1 January 2015
_FEED_PATH = re.compile(r"/(?:(?P<year>\d{4})/(?:(?P<month>\d{2})/)?)?feed/")
_ARCHIVE_PATH = re.compile(r"/(?P<year>\d{4})/(?P<month>\d{2})/")
_POST_PATH = re.compile(r"/\d{4}/\d{2}/(?P<key>[a-z0-9-]+)/")


def render(ask: Ask, place: Place) -> Answer:
    """Answer as WordPress does; a page past the end is 404, and so is an empty month."""
    posts = place.told("councillor", ask.elapsed)
    if found := _FEED_PATH.fullmatch(ask.path):
        return _feed(ask, place, _within(posts, **found.groupdict()))
    if found := _ARCHIVE_PATH.fullmatch(ask.path):
        return _archive(place, _within(posts, **found.groupdict()))
    if ask.path == "/":
        return _front(ask, place, posts)
    if found := _POST_PATH.fullmatch(ask.path):
        return next((article(post, TITLE) for post in posts if post.key == found["key"]), missing(TITLE))
    return missing(TITLE)


def number(telling: Telling) -> int:
    """The post number behind ``?p=N``: older posts have lower ones."""
    return (int(telling.published.timestamp()) - _BLOG_BEGAN) // 3600


def permalink(telling: Telling, base: str) -> str:
    """``/YYYY/MM/slug/`` of the day in London."""
    return f"{base}/{telling.published:%Y/%m}/{telling.key}/"


def _within(posts: Sequence[Telling], year: str | None, month: str | None) -> list[Telling]:
    return [
        post
        for post in posts
        if (year is None or f"{post.published:%Y}" == year) and (month is None or f"{post.published:%m}" == month)
    ]


def _front(ask: Ask, place: Place, posts: Sequence[Telling]) -> Answer:
    if wanted := ask.query.get("p"):
        found = next((post for post in posts if str(number(post)) == wanted), None)
        return Answer(status=301, headers=(("Location", permalink(found, place.base)),)) if found else missing(TITLE)
    return page(TITLE, _posts(posts[:PER_PAGE], place.base), _links(place), FEED)


def _archive(place: Place, posts: Sequence[Telling]) -> Answer:
    if not posts:
        return missing(TITLE)
    heading = f"<h2>Monthly Archives</h2>\n<h2>{posts[0].published:%B %Y}</h2>\n"
    return page(TITLE, heading + _posts(posts[:PER_PAGE], place.base), _links(place), FEED)


def _posts(posts: Sequence[Telling], base: str) -> str:
    return "\n".join(
        f'<article id="post-{number(post)}">\n<h2 class="entry-title"><a href="{permalink(post, base)}" rel="bookmark">'
        f'{escape(post.title)}</a></h2>\n<time class="entry-date" datetime="{post.published.isoformat()}">'
        f"{post.published:%d %B %Y}</time>\n{paragraphs(post)}\n</article>"
        for post in posts
    )


def _links(place: Place) -> Headers:
    return (("Link", f'<{place.base}/wp-json/>; rel="https://api.w.org/"'),)


def _feed(ask: Ask, place: Place, posts: Sequence[Telling]) -> Answer:
    wanted = ask.query.get("paged", "1")
    first = (int(wanted) - 1) * PER_PAGE if wanted.isdigit() and wanted != "0" else 0
    shown = posts[first : first + PER_PAGE]
    if not shown:
        return missing(TITLE)
    items = "\n".join(_item(post, place.base) for post in shown)
    changed = newest(tuple(posts), place.start)
    body = f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:atom="http://www.w3.org/2005/Atom"
\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel>
\t<title>{TITLE}</title>
\t<atom:link href="{place.base}{escape(ask.path)}" rel="self" type="application/rss+xml" />
\t<link>{place.base}/</link>
\t<description>Notes from Tarnside ward</description>
\t<lastBuildDate>{rfc822(changed)}</lastBuildDate>
\t<language>en-GB</language>
\t<sy:updatePeriod>hourly</sy:updatePeriod>
\t<sy:updateFrequency>1</sy:updateFrequency>
\t<generator>https://wordpress.org/?v=6.8</generator>
{items}
</channel>
</rss>
"""
    head = (("Content-Type", "application/rss+xml; charset=UTF-8"), *_links(place))
    return conditional(ask, Answer(headers=head, body=body.encode()), changed)


def _item(post: Telling, base: str) -> str:
    tags = "".join(f"\t\t<category><![CDATA[{tag}]]></category>\n" for tag in post.story.tags)
    lead = escape(post.paragraphs[0], quote=False)
    return f"""\t<item>
\t\t<title>{escape(post.title, quote=False)}</title>
\t\t<link>{permalink(post, base)}</link>
\t\t<comments>{permalink(post, base)}#respond</comments>
\t\t<dc:creator><![CDATA[{post.story.author}]]></dc:creator>
\t\t<pubDate>{rfc822(post.published)}</pubDate>
{tags}\t\t<guid isPermaLink="false">{base}/?p={number(post)}</guid>
\t\t<description><![CDATA[<p>{lead} [&#8230;]</p>]]></description>
\t\t<content:encoded><![CDATA[{paragraphs(post)}]]></content:encoded>
\t</item>"""
