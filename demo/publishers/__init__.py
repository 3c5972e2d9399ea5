"""The made-up publishers. Each is a pure function of the request, the start and the seconds since: no clock, no net."""

from __future__ import annotations

from demo.publishers import broadcaster, committees, councillor, friends, newsroom, paper, parish
from demo.publishers.exchange import Answer, Ask, Place, Publisher

PUBLISHERS: tuple[Publisher, ...] = (
    Publisher("council", "Knowsmere Council newsroom", "council", newsroom.FEED, newsroom.render),
    Publisher("gazette", "Knowsmere Gazette", "press", paper.FEED, paper.render),
    Publisher("penketh", "Cllr Moira Penketh", "councillor", councillor.FEED, councillor.render),
    Publisher("northshore", "Northshore Radio News", "press", broadcaster.FEED, broadcaster.render),
    Publisher("committees", "Knowsmere Council committees", "council", committees.FEED, committees.render),
    Publisher("parish", "Eccles Brook Parish Council", "parish", parish.FEED, parish.render),
    Publisher("friends", "Friends of Hallwood Park", "community", friends.FEED, friends.render),
)

__all__ = ["PUBLISHERS", "Answer", "Ask", "Place", "Publisher"]
