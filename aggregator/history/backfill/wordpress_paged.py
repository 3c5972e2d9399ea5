"""Older pages of a WordPress feed: ``?paged=N``, and the feeds of single months (B-05)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.history.backfill.addresses import site_of_feed, with_parameters
from aggregator.history.backfill.steps import Answer, Ask, At, Form, Start, Turn, ended, go_on
from aggregator.history.backfill.walk import MOST_DOCUMENTS
from aggregator.model import Cursor

MISSING = (404, 410)
FIRST = 2
QUIET_MONTHS = 24
"""So many months in a row without an entry are taken for the time before the first one."""
SLACK = timedelta(days=2)
"""A month of the publisher's own zone may begin and end on other days in UTC."""
_CUT = "cut"


class WordPressPaged:
    """``?paged=2`` and on, newest first, until a page is missing or repeats the one before."""

    descends = True

    def begin(self, _start: Start) -> Cursor | None:
        """At the second page: the first is the live feed."""
        return Cursor(page=FIRST)

    def ask(self, at: At) -> Ask:
        """One page."""
        return Ask(url=with_parameters(at.ground.feed_url, paged=at.cursor.page), form=Form.FEED)

    def learn(self, at: At, answer: Answer) -> Turn | None:
        """The next page, until there is none; ``None`` for a page that cannot be read."""
        cursor = at.cursor
        if answer.status in MISSING or (not answer.fault and not answer.entries):
            if cursor.page == FIRST:
                # So few entries, or a site that gives no further pages: who can tell?
                return ended(cursor, complete=False, text=f"there is no page {FIRST}")
            return ended(cursor, complete=True, text=f"{cursor.page - 1} pages, all there are")
        if answer.fault:
            return None
        if answer.ids == cursor.before and not answer.new:
            text = f"page {cursor.page} repeats page {cursor.page - 1}: this server pays no heed to the number"
            return ended(cursor, complete=False, text=text)
        if cursor.page >= MOST_DOCUMENTS:
            return ended(cursor, complete=False, text=f"more than {MOST_DOCUMENTS} pages; the rest is not read")
        return go_on(replace(cursor, page=cursor.page + 1, before=answer.ids))


class WordPressMonths:
    """``/2017/06/feed/``, month by month into the past: the way that is left where page numbers are ignored."""

    descends = True

    def begin(self, start: Start) -> Cursor | None:
        """At the month of the end of the span; ``None`` for the feed of a part of a site, which has no months."""
        if site_of_feed(start.ground.feed_url) is None:
            return None
        last = min(start.span.until or start.now, start.now).astimezone(UTC)
        return Cursor(page=1, stage=f"{last:%Y-%m}")

    def ask(self, at: At) -> Ask:
        """One page of one month."""
        cursor = at.cursor
        year, _, month = cursor.stage.partition("-")
        url = f"{site_of_feed(at.ground.feed_url)}{year}/{month}/feed/"
        return Ask(url=with_parameters(url, paged=cursor.page) if cursor.page > 1 else url, form=Form.FEED)

    def learn(self, at: At, answer: Answer) -> Turn | None:
        """The next page of the month, or the month before; ``None`` for a page that cannot be read."""
        cursor = at.cursor
        nothing = answer.status in MISSING or (not answer.fault and not answer.entries)
        if nothing:
            return _month_before(cursor, empty=cursor.empty + 1 if cursor.page == 1 else 0)
        if answer.fault:
            return None
        if not _within(cursor.stage, answer):
            text = f"the feed of {cursor.stage} has entries of other months: this server pays no heed to months"
            return ended(cursor, complete=False, text=text)
        if answer.ids == cursor.before:
            # Only its first page can be had: go on, but do not call the past complete.
            return _month_before(replace(cursor, resume=_CUT), empty=0)
        return go_on(replace(cursor, page=cursor.page + 1, before=answer.ids))


def _month_before(cursor: Cursor, *, empty: int) -> Turn:
    if empty >= QUIET_MONTHS:
        text = f"nothing in {QUIET_MONTHS} months before {cursor.stage}"
        whole = cursor.resume != _CUT
        return ended(cursor, complete=whole, text=text if whole else f"{text}; of some months only the first page")
    first = datetime.fromisoformat(f"{cursor.stage}-01") - timedelta(days=1)
    return go_on(replace(cursor, stage=f"{first:%Y-%m}", page=1, before="", empty=empty))


def _within(stage: str, answer: Answer) -> bool:
    first = datetime.fromisoformat(f"{stage}-01").replace(tzinfo=UTC)
    after = (first + timedelta(days=32)).replace(day=1)
    dates = [at for at in (answer.oldest, answer.newest) if at is not None]
    return all(first - SLACK <= at <= after + SLACK for at in dates)
