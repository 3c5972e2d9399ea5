"""The REST interface of a WordPress: every post, oldest first, in pages of a hundred (B-05)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from aggregator.history.backfill.steps import Answer, Ask, At, Form, Start, Turn, ended, go_on
from aggregator.model import Cursor

SIZES = (100, 20, 5, 1)
"""Posts a page; a page that is too large is asked for in smaller ones. Each divides the one before."""
TOO_MUCH = ("too-large", "timeout", "memory")
FIELDS = "id,date,date_gmt,modified_gmt,guid,link,title,content,excerpt,_links,_embedded"
OVER, CLOSED = 400, (401, 404)


class WordPressRest:
    """Pages of ``wp/v2/posts``; the set is frozen by ``before``, so that its pages cannot shift (B-05)."""

    descends = False

    def begin(self, start: Start) -> Cursor | None:
        """At the first page; ``None`` where no interface is known."""
        if start.ground.api is None:
            return None
        since = start.span.since.astimezone(UTC).isoformat() if start.span.since else ""
        return Cursor(page=1, size=SIZES[0], frozen=min(start.span.until or start.now, start.now), stage=since)

    def ask(self, at: At) -> Ask:
        """One page."""
        cursor = at.cursor
        wanted = {
            "per_page": str(cursor.size),
            "page": str(cursor.page),
            "orderby": "date",
            "order": "asc",
            "before": _text(cursor.frozen),
            "after": _text(datetime.fromisoformat(cursor.stage)) if cursor.stage else "",
            "_embed": "author,wp:term",
            "_fields": FIELDS,
        }
        chosen = {name: value for name, value in wanted.items() if value}
        return Ask(url=_posts(at.ground.api or "", chosen), form=Form.WORDPRESS, base=at.ground.home)

    def learn(self, at: At, answer: Answer) -> Turn | None:
        """The next page, until their number is reached; ``None`` for a page that cannot be read."""
        cursor = at.cursor
        total = _number(answer.header("x-wp-totalpages")) or cursor.total
        if answer.status == OVER and cursor.page > 1 and total is None:
            return ended(cursor, complete=True, text=f"{cursor.page - 1} pages, all there are")
        if answer.status in CLOSED and cursor.page == 1:
            text = f"the REST interface is closed to us (it answers {answer.status})"
            return ended(cursor, complete=False, text=text)
        if answer.kind in TOO_MUCH and cursor.size > SIZES[-1]:
            return go_on(_smaller(cursor))
        if answer.fault:
            return None
        if answer.entries and answer.ids == cursor.before:
            text = f"page {cursor.page} repeats page {cursor.page - 1}: this server pays no heed to the number"
            return ended(cursor, complete=False, text=text)
        after = replace(cursor, total=total, before=answer.ids)
        if cursor.page >= total if total is not None else answer.entries < cursor.size:
            return ended(after, complete=True, text=f"{cursor.page} pages, all there are")
        return go_on(replace(after, page=cursor.page + 1))


def _posts(api: str, wanted: dict[str, str]) -> str:
    """The address of the posts under this root, which may be a path or a parameter."""
    parts = urlsplit(api)
    names = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "rest_route" in names:
        names["rest_route"] = f"{names['rest_route'].rstrip('/')}/wp/v2/posts"
        path = parts.path
    else:
        path = f"{parts.path.rstrip('/')}/wp/v2/posts"
    query = urlencode({**names, **wanted}, safe=":,/", quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _smaller(cursor: Cursor) -> Cursor:
    """The same place in smaller pages; how many there are must be learned anew."""
    size = SIZES[SIZES.index(cursor.size) + 1]
    return replace(cursor, size=size, page=(cursor.page - 1) * cursor.size // size + 1, total=None)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _text(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
