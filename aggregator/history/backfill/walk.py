"""From document to older document by a link: RFC 5005 archives (prev-archive) and pages of Atom or JSON (next)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from aggregator.history.backfill.addresses import digest
from aggregator.history.backfill.steps import Answer, Ask, At, Form, Start, Turn, ended, go_on
from aggregator.model import Cursor, Ground

MOST_DOCUMENTS = 1000
"""A longer chain is not believed (B-04)."""
GONE = (401, 404, 410)
"""A refusal (403) stops the whole job before it comes here (B-02)."""


class Walk:
    """Follows one relation. ``start`` is where the live document points."""

    descends = True

    def __init__(self, rel: str, what: str, start: Callable[[Ground], str | None]) -> None:
        self._rel, self._what, self._start = rel, what, start

    def begin(self, start: Start) -> Cursor | None:
        """At the first older document; ``None`` where the live one names none."""
        url = self._start(start.ground)
        return Cursor(url=url, known=start.known) if url else None

    def ask(self, at: At) -> Ask:
        """The next document."""
        return Ask(url=at.cursor.url, form=Form.FEED)

    def learn(self, at: At, answer: Answer) -> Turn | None:
        """Follow the link until it is missing, known, gone, or leads in a circle (B-04)."""
        cursor = at.cursor
        read = len(cursor.seen) + 1
        if answer.status in GONE:
            text = f"{self._what} {read} answers {answer.status}: what is older is not there any more"
            return ended(cursor, complete=False, text=text)
        if answer.fault:
            return None
        seen = (*cursor.seen, digest(cursor.url))
        after = replace(cursor, seen=seen, before=answer.ids)
        if answer.entries and answer.ids == cursor.before:
            text = f"{self._what} {read} repeats the one before it"
            return ended(after, complete=False, text=text)
        return self._onward(at.ground, after, answer, read)

    def _onward(self, ground: Ground, cursor: Cursor, answer: Answer, read: int) -> Turn:
        url = answer.link(self._rel)
        if url is None or (self._rel == "next" and not answer.entries):
            return ended(cursor, complete=True, text=f"reached the first of {read} documents")
        name = digest(url)
        if name in cursor.known:
            text = f"after {read} documents, what is older was read before"
            return ended(cursor, complete=True, text=text)
        if name in cursor.seen or url == ground.feed_url:
            return ended(cursor, complete=False, text=f"the links lead in a circle after {read} documents")
        if read >= MOST_DOCUMENTS:
            return ended(cursor, complete=False, text=f"more than {MOST_DOCUMENTS} documents; the rest is not read")
        return go_on(replace(cursor, url=url))


RFC5005 = Walk("prev-archive", "archive document", lambda ground: ground.previous)
PAGED = Walk("next", "page", lambda ground: ground.following)
