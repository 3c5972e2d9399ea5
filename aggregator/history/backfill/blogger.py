"""Blogger: start-index and max-results, and windows of dates where the index ends early (B-06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aggregator.history.backfill.addresses import with_parameters
from aggregator.history.backfill.steps import Answer, Ask, At, Form, Start, Turn, ended, go_on
from aggregator.history.backfill.walk import MOST_DOCUMENTS
from aggregator.model import Cursor, Ground

SIZE = 100
"""Entries wanted a page; the server gives what it likes, and what it gave is counted."""
REFUSED = (400, 404)


def is_blogger(ground: Ground) -> bool:
    """Whether the feed says so itself, or lives where Blogger's feeds do."""
    parts = urlsplit(ground.feed_url)
    hosted = ".blogspot." in f"{parts.hostname or ''}."
    return "/feeds/posts/" in parts.path and (hosted or "blogger" in ground.generator.lower())


class Blogger:
    """Pages by index inside a window of dates; the next window ends where the last one did."""

    descends = True

    def begin(self, start: Start) -> Cursor | None:
        """At the newest entry of the span; ``None`` where the feed is not Blogger's."""
        if not is_blogger(start.ground):
            return None
        return Cursor(page=1, stage=_text(start.span.until), resume=_text(start.span.since))

    def ask(self, at: At) -> Ask:
        """One page."""
        url = with_parameters(
            at.ground.feed_url,
            start__index=at.cursor.page,
            max__results=SIZE,
            published__max=at.cursor.stage or None,
            published__min=at.cursor.resume or None,
        )
        return Ask(url=url, form=Form.FEED)

    def learn(self, at: At, answer: Answer) -> Turn | None:
        """Go on by the real count; where the index ends, open a window at the oldest entry, until it shows nothing."""
        cursor = at.cursor
        read = replace(cursor, total=(cursor.total or 0) + 1)
        if (answer.status in REFUSED and cursor.page > 1) or (not answer.fault and not answer.entries):
            return self._window(read, cursor.frozen)
        if answer.fault:
            return None
        if answer.ids == cursor.before:
            text = f"the page from entry {cursor.page} on repeats the one before it"
            return ended(read, complete=False, text=text)
        if (read.total or 0) >= MOST_DOCUMENTS:
            return ended(read, complete=False, text=f"more than {MOST_DOCUMENTS} pages; the rest is not read")
        oldest = min(at for at in (cursor.frozen, answer.oldest) if at) if cursor.frozen or answer.oldest else None
        after = replace(read, before=answer.ids, frozen=oldest)
        if answer.link("next"):
            return go_on(replace(after, page=cursor.page + answer.entries))
        return self._window(after, oldest)

    def _window(self, cursor: Cursor, oldest: datetime | None) -> Turn:
        """The window that ends with the oldest entry so far. Its first page shows that entry again; where it shows no
        older one either, this is the beginning."""
        stage = _text(oldest + timedelta(seconds=1)) if oldest else ""
        if not stage or stage == cursor.stage:
            return ended(cursor, complete=True, text=f"{cursor.total} pages, all there are")
        return go_on(replace(cursor, stage=stage, page=1, before=""))


def _text(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
