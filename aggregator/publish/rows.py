"""Entries of a page as HTML, joined from strings: a template engine takes five times as long for them, and publishing
writes them by the thousand. What stands around them is in ``templates/``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from aggregator.publish.pieces import between

if TYPE_CHECKING:
    from aggregator.publish.views import Also, Day, Row

_ITEM = '<li class="entry h-entry">\n'
_UID = '<data class="u-uid" value="'
_MARKS = re.compile("[&<>'\"]")


def rows(day: Day, show_source: bool, kept: bool) -> Markup:
    """The list items of one day. ``show_source`` names the source of each, ``kept`` says since when it is archived."""
    made = (row if isinstance(row, str) else html_of(row, day.name, show_source, kept) for row in day.rows)
    return Markup("".join(made))  # noqa: S704 - escaped below


def pieces_of_page(body: str) -> dict[str, str]:
    """The list items of a page of ours, by the public ids of their entries, as these are escaped there. No text holds a
    ``<``: it is always escaped."""
    found = {}
    for piece in between(body, _ITEM, "</li>\n"):
        _, _, rest = piece.rpartition(_UID)
        found[rest.partition('"')[0]] = piece
    return found


def escaped(value: str) -> str:
    """Text or an attribute value for HTML, as the templates escape it."""
    if not _MARKS.search(value):
        return value
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return value.replace("'", "&#39;").replace('"', "&#34;")


def html_of(row: Row, day: str, show_source: bool, kept: bool) -> str:
    """The list item of one entry, on a page with the entries of this day."""
    lang = f' lang="{escaped(row.lang)}"' if row.lang else ""
    title = escaped(row.title)
    if row.url:
        title = f'<a class="u-url" href="{escaped(row.url)}" rel="nofollow noopener">{title}</a>'
    seen = '<span class="small">first seen</span> ' if row.seen else ""
    time = escaped(row.time) or f'<span class="unseen">{escaped(day)}, time not stated</span>'
    return (
        f'{_ITEM}<p class="when">{seen}<time class="dt-published" datetime="{row.stamp}">{time}'
        f'</time></p>\n<div class="what">\n<h4 class="p-name"{lang} dir="auto">{title}</h4>\n<p class="meta">\n'
        f"{_source(row) if show_source else ''}{_notes(row, kept)}</p>\n{_words(row, lang)}"
        f'{_UID}{escaped(row.uid)}"></data>\n'
        f'<data class="dt-updated" value="{row.updated}"></data>\n</div>\n</li>\n'
    )


def _source(row: Row) -> str:
    name = escaped(row.source)
    if row.source_url:
        link = f'<a class="u-url p-name" href="{escaped(row.source_url)}" rel="nofollow noopener">{name}</a>'
    else:
        link = f'<span class="p-name">{name}</span>'
    category = f'<span class="p-category tag">{escaped(row.category)}</span>' if row.category else ""
    return f'<span class="p-author h-card"><bdi>{link}</bdi></span>\n{category}'


def _notes(row: Row, kept: bool) -> str:
    """What became of the entry."""
    notes = (("withdrawn", row.withdrawn), ("edited", row.edited), ("kept", row.kept if kept else ""))
    return "".join(f'<span class="{name}">{escaped(words)}</span>' for name, words in notes if words)


def _words(row: Row, lang: str) -> str:
    """Summary or whole text, and where else the same was published."""
    summary = f'<p class="p-summary"{lang} dir="auto">{escaped(row.summary)}</p>\n' if row.summary else ""
    whole = "".join(f"<p>{escaped(part)}</p>\n" for part in row.texts)
    content = f'<div class="e-content"{lang} dir="auto">\n{whole}</div>\n' if whole else ""
    also = ", ".join(map(_also, row.also))
    return f"{summary}{content}" + (f'<p class="also">Also in: {also}</p>\n' if also else "")


def _also(one: Also) -> str:
    name = escaped(one.name)
    link = f'<a href="{escaped(one.url)}" rel="nofollow noopener">{name}</a>' if one.url else name
    return f"<bdi>{link}</bdi>"
