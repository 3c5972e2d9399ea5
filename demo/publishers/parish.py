"""A parish council whose one computer goes down: first 503 with Retry-After, then an error page with 200, then well."""

from __future__ import annotations

from html import escape

from demo.publishers.exchange import Answer, Ask, Place, conditional, missing, newest
from demo.publishers.page import article, listing, page, paragraphs
from demo.stories import Telling

FEED = "/news.atom"
TITLE = "Eccles Brook Parish Council"
DOWN, BROKEN, BACK = 12.0, 24.0, 30.0
"""Seconds after the start: no service from DOWN, an error page with status 200 from BROKEN, all well from BACK."""
RETRY_AFTER = 3


def render(ask: Ask, place: Place) -> Answer:
    """Everything on this host fails together, as it does."""
    if DOWN <= ask.elapsed < BROKEN:
        return _down()
    if BROKEN <= ask.elapsed < BACK:
        return page(TITLE, "<p>Error establishing a database connection.</p>")
    notices = place.told("parish", ask.elapsed)
    if ask.path == FEED:
        return conditional(ask, _feed(notices, place), newest(notices, place.start))
    if ask.path == "/":
        return listing(TITLE, [(permalink(notice, place.base), notice.title) for notice in notices])
    wanted = ask.path.removeprefix("/news/")
    return next((article(notice, TITLE) for notice in notices if notice.key == wanted), missing(TITLE))


def permalink(telling: Telling, base: str) -> str:
    """The address of a notice."""
    return f"{base}/news/{telling.key}"


def _down() -> Answer:
    head = (("Content-Type", "text/plain"), ("Retry-After", str(RETRY_AFTER)))
    return Answer(status=503, headers=head, body=b"Service Unavailable\n")


def _feed(notices: tuple[Telling, ...], place: Place) -> Answer:
    entries = "\n".join(_entry(notice, place.base) for notice in notices)
    text = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">
  <id>{place.base}/</id>
  <title>{TITLE}</title>
  <updated>{newest(notices, place.start).isoformat()}</updated>
  <link rel="self" type="application/atom+xml" href="{place.base}{FEED}"/>
  <link rel="alternate" type="text/html" href="{place.base}/"/>
{entries}
</feed>
"""
    return Answer(headers=(("Content-Type", "application/atom+xml; charset=utf-8"),), body=text.encode())


def _entry(notice: Telling, base: str) -> str:
    tags = "".join(f'    <category term="{escape(tag)}"/>\n' for tag in notice.story.tags)
    return f"""  <entry>
    <id>{permalink(notice, base)}</id>
    <title>{escape(notice.title, quote=False)}</title>
    <link rel="alternate" type="text/html" href="{permalink(notice, base)}"/>
    <published>{notice.published.isoformat()}</published>
    <updated>{notice.changed.isoformat()}</updated>
    <author><name>{escape(notice.story.author)}</name></author>
{tags}    <content type="html">{escape(paragraphs(notice))}</content>
  </entry>"""
