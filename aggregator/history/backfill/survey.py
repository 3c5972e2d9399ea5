"""Finds out which ways there are: what the feed's own document links to, and whether its site is a WordPress (B-05)."""

from __future__ import annotations

from dataclasses import replace

from aggregator.history.backfill.steps import Answer, Ask, At, Form, Start, Turn, ended, go_on
from aggregator.model import Cursor, Ground

FEED, HOME = "feed", "home"
API = "https://api.w.org/"
_MARKS = (b"/wp-content/", b"/wp-includes/")


class Survey:
    """At most two requests: the feed itself, where what it links to is not known, and its page for people."""

    descends = False

    def begin(self, start: Start) -> Cursor | None:
        """With what the caller, who knows what may be asked, puts first; ``None`` where there is nothing."""
        return Cursor(todo=start.first) if start.first else None

    def ask(self, at: At) -> Ask:
        """The feed, then the page."""
        if at.cursor.todo[0] == FEED:
            return Ask(url=at.ground.feed_url, form=Form.FEED)
        return Ask(url=at.ground.home, form=Form.PAGE)

    def learn(self, at: At, answer: Answer) -> Turn | None:
        """What cannot be asked stays unknown: a survey never fails, it finds less."""
        found = at.ground if answer.fault else _found(at.ground, at.cursor.todo[0], answer)
        rest = replace(at.cursor, todo=at.cursor.todo[1:])
        turn = go_on(rest) if rest.todo else ended(rest, complete=False, text="")
        return replace(turn, ground=found)


def _found(ground: Ground, what: str, answer: Answer) -> Ground:
    api = answer.link(API) or ground.api
    if what == FEED:
        return replace(
            ground,
            previous=answer.link("prev-archive") or ground.previous,
            following=answer.link("next") or ground.following,
            generator=answer.generator or ground.generator,
            api=api,
            wordpress=ground.wordpress or api is not None or "wordpress" in answer.generator.lower(),
        )
    marked = any(mark in answer.body for mark in _MARKS)
    return replace(ground, api=api, wordpress=ground.wordpress or api is not None or marked)
