"""Plain HTML pages, so that the links of the made-up feeds lead somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demo.publishers.exchange import Answer, Headers
from demo.stories import Telling

_STYLE = "body{font:1.1rem/1.6 Georgia,serif;max-width:38rem;margin:3rem auto;padding:0 1rem}small{color:#555}"


def paragraphs(telling: Telling) -> str:
    """The body of a story as HTML."""
    return "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in telling.paragraphs)


def page(title: str, inner: str, headers: Headers = (), feed: str | None = None) -> Answer:
    """An HTML page with a heading; ``feed`` is an address it announces in its head."""
    announced = f'<link rel="alternate" type="application/rss+xml" href="{escape(feed)}">' if feed else ""
    text = (
        f'<!doctype html>\n<html lang="en-GB">\n<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"{announced}<style>{_STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n{inner}\n</body>\n</html>\n"
    )
    return Answer(headers=(("Content-Type", "text/html; charset=utf-8"), *headers), body=text.encode())


def article(telling: Telling, site: str) -> Answer:
    """The page of one story."""
    when = f"{telling.published:%d %B %Y, %H:%M}".lstrip("0")
    inner = f"<p><small>{escape(site)} · {when}</small></p>\n<article>\n{paragraphs(telling)}\n</article>"
    return page(telling.title, inner)


def listing(title: str, links: Sequence[tuple[str, str]], headers: Headers = ()) -> Answer:
    """A page of links: ``(address, text)`` in order."""
    rows = "\n".join(f'<li><a href="{escape(url)}">{escape(text)}</a></li>' for url, text in links)
    return page(title, f"<ul>\n{rows}\n</ul>", headers)
