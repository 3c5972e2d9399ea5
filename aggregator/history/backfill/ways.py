"""All the ways, and which of them to take for a feed, in which order (B-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urljoin

from aggregator.history.backfill.addresses import site_of_feed, variants
from aggregator.history.backfill.blogger import Blogger, is_blogger
from aggregator.history.backfill.steps import Answer, Ask, At, Start, Turn
from aggregator.history.backfill.survey import FEED, HOME, Survey
from aggregator.history.backfill.walk import PAGED, RFC5005
from aggregator.history.backfill.wayback import Wayback
from aggregator.history.backfill.wordpress_paged import WordPressMonths, WordPressPaged
from aggregator.history.backfill.wordpress_rest import WordPressRest
from aggregator.model import Cursor, FeedState, Ground, Source, Strategy, poll_url


class Way(Protocol):
    """One way to the past. ``descends``: its pages go from new to old, so that an old one ends a bounded search."""

    descends: bool

    def begin(self, start: Start, /) -> Cursor | None:
        """Where it begins; ``None`` where it is no way for this feed."""
        ...

    def ask(self, at: At, /) -> Ask:
        """The next request."""
        ...

    def learn(self, at: At, answer: Answer, /) -> Turn | None:
        """What follows from its answer; ``None`` where the answer is a failure that may pass."""
        ...


WAYS: Mapping[Strategy, Way] = {
    Strategy.SURVEY: Survey(),
    Strategy.RFC5005: RFC5005,
    Strategy.PAGED: PAGED,
    Strategy.WP_REST: WordPressRest(),
    Strategy.WP_PAGED: WordPressPaged(),
    Strategy.WP_MONTHS: WordPressMonths(),
    Strategy.BLOGGER: Blogger(),
    Strategy.WAYBACK: Wayback(),
}


def ground_of(source: Source, state: FeedState, web_archive: str, former: tuple[str, ...] = ()) -> Ground:
    """What configuration and polls have taught so far. ``web_archive`` is its root with a slash, empty for none;
    ``former`` are addresses that the feed was asked at before."""
    url, profile = poll_url(source, state), state.profile
    home = source.site or profile.site_url or site_of_feed(url) or urljoin(url, "/")
    generator = profile.generator or ""
    return Ground(
        feed_url=url,
        home=home,
        variants=variants(url, source.url, state.final_url, *former),
        previous=profile.previous,
        following=profile.following,
        generator=generator,
        wordpress="wordpress" in generator.lower(),
        web_archive=web_archive,
    )


def survey_steps(ground: Ground, wanted: Strategy, *, may_ask_feed: bool) -> tuple[str, ...]:
    """What must be asked before it is known how to go on with ``wanted``.

    The feed itself only where nothing is known of its links yet, and only if it may be asked without validators (H-09).
    """
    unread = not (ground.previous or ground.following or ground.generator)
    feed = (FEED,) if unread and may_ask_feed else ()
    match wanted:
        case Strategy.RFC5005 | Strategy.PAGED | Strategy.BLOGGER:
            return feed
        case Strategy.WP_REST:
            return (HOME,)
        case Strategy.AUTO:
            return (*feed, HOME)
    return ()


def plan(ground: Ground, wanted: Strategy) -> tuple[Strategy, ...]:
    """The ways to try, first to last; each is taken only where the one before did not reach the beginning (B-01).

    Blogger goes before its own links to the next page: they lead through the same entries in four times the requests.
    REST tells all posts of a site and is therefore no way for the feed of a part of it.
    """
    if wanted is not Strategy.AUTO:
        return (wanted,)
    whole = site_of_feed(ground.feed_url) is not None
    fits = {
        Strategy.RFC5005: ground.previous is not None,
        Strategy.BLOGGER: is_blogger(ground),
        Strategy.PAGED: ground.following is not None,
        Strategy.WP_REST: ground.api is not None and whole,
        Strategy.WP_PAGED: ground.wordpress,
        Strategy.WP_MONTHS: ground.wordpress and whole,
        Strategy.WAYBACK: bool(ground.web_archive),
    }
    return tuple(strategy for strategy, fit in fits.items() if fit)
