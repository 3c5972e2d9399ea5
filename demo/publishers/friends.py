"""A community group that has moved house: its old feed address answers 301, the new one Atom with xhtml content."""

from __future__ import annotations

from html import escape

from demo.publishers.exchange import Answer, Ask, Place, conditional, missing, newest
from demo.publishers.page import article, listing, paragraphs
from demo.stories import Telling

FEED = "/blog/atom.xml"
NEW_FEED = "/news/feed.atom"
TITLE = "Friends of Hallwood Park"


def render(ask: Ask, place: Place) -> Answer:
    """The move, the feed, the list, one post, or 404."""
    if ask.path.startswith("/blog"):
        return Answer(status=301, headers=(("Location", f"{place.base}{NEW_FEED}"),))
    posts = place.told("friends", ask.elapsed)
    if ask.path == NEW_FEED:
        return conditional(ask, _feed(posts, place), newest(posts, place.start))
    if ask.path in {"/", "/news/"}:
        return listing(TITLE, [(permalink(post, place.base), post.title) for post in posts])
    wanted = ask.path.removeprefix("/news/")
    return next((article(post, TITLE) for post in posts if post.key == wanted), missing(TITLE))


def permalink(telling: Telling, base: str) -> str:
    """The address of a post."""
    return f"{base}/news/{telling.key}"


def _feed(posts: tuple[Telling, ...], place: Place) -> Answer:
    entries = "\n".join(_entry(post, place.base) for post in posts)
    text = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB" xml:base="{place.base}/news/">
  <id>tag:hallwoodpark.example,2019:news</id>
  <title>{TITLE}</title>
  <author><name>{TITLE}</name></author>
  <updated>{newest(posts, place.start).isoformat()}</updated>
  <link rel="self" href="{place.base}{NEW_FEED}"/>
  <link rel="alternate" href="./"/>
{entries}
</feed>
"""
    return Answer(headers=(("Content-Type", "application/atom+xml"),), body=text.encode())


def _entry(post: Telling, base: str) -> str:
    return f"""  <entry>
    <id>tag:hallwoodpark.example,2019:{post.key}</id>
    <title type="html">{escape(escape(post.title, quote=False))}</title>
    <link rel="alternate" href="{permalink(post, base)}"/>
    <published>{post.published.isoformat()}</published>
    <updated>{post.changed.isoformat()}</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{paragraphs(post)}</div></content>
  </entry>"""
