"""A made-up WordPress: posts as its feed tells them, as its REST interface does, and its bad habits."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.pasts.server import HTML, JSON, RSS, Asked, Told

FIRST = datetime(2019, 3, 4, 9, 17, 42, tzinfo=UTC)
NEWS = (
    "The council will mend {number} street lamps in {place} this winter &#038; asks residents to report dark "
    'corners by <a href="{url}report/">its form</a>. Work begins at dusk, after the schools have closed for the day.'
)
PLACES = ("Mossgate", "Fernleigh", "Ashmere", "Bramford", "Knowsmere", "Tarnside", "Withy Lane")


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post, the same wherever it is told."""

    number: int
    at: datetime
    title: str
    content: str
    author: str = "Ida Thorne"


def posts(url: str, count: int = 137) -> list[Post]:
    """So many posts, oldest first, one every few days."""
    made = []
    for number in range(1, count + 1):
        place = PLACES[number % len(PLACES)]
        content = f"<p>{NEWS.format(number=number, place=place, url=url)}</p>\n<p>Notice {number} of the council.</p>"
        title = f"Lamps &#038; light in {place}, part {number}"
        made.append(Post(number=number, at=FIRST + timedelta(days=5, minutes=7) * number, title=title, content=content))
    return made


@dataclass(kw_only=True)
class WordPress:
    """``rest`` and ``paged`` say what it offers. ``html_at`` is a page it answers with a web page, ``stuck`` makes it
    answer with page 1 for ever, ``refuse`` is the status of every page of history, ``slow`` seconds for each of them.
    """

    url: str
    all_posts: list[Post]
    window: int = 10
    rest: bool = True
    paged: bool = True
    html_at: int | None = None
    stuck: bool = False
    refuse: int | None = None
    retry_after: str | None = None
    robots: str = ""
    slow: float = 0.0
    hidden: set[int] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Told:
        api = {"link": f'<{self.url}wp-json/>; rel="https://api.w.org/"'} if self.rest else {}
        match asked.path:
            case "/robots.txt":
                return Told(body=self.robots, kind="text/plain", status=200 if self.robots else 404)
            case "/":
                body = f'<html><head><script src="{self.url}wp-includes/x.js"></script></head></html>'
                return Told(body=body, kind=HTML, headers=api)
            case "/feed/":
                return self._feed(int(asked.query.get("paged", "1")))
            case "/wp-json/wp/v2/posts" if self.rest:
                return self._page(asked.query)
        parts = asked.path.strip("/").split("/")
        if len(parts) == 3 and parts[2] == "feed" and parts[0].isdigit():
            return self._month(int(parts[0]), int(parts[1]), int(asked.query.get("paged", "1")))
        return Told(status=404, body="<html><title>Nothing here</title></html>")

    @property
    def _shown(self) -> list[Post]:
        return [post for post in self.all_posts if post.number not in self.hidden]

    def _past(self) -> Told | None:
        time.sleep(self.slow)
        if self.refuse is None:
            return None
        headers = {"retry-after": self.retry_after} if self.retry_after else {}
        return Told(status=self.refuse, body="no", headers=headers)

    def _feed(self, page: int) -> Told:
        if page > 1 and (told := self._past()) is not None:
            return told
        if page > 1 and not self.paged:
            return Told(status=404, body="<html><title>Nothing here</title></html>")
        newest = self._shown[::-1]
        chosen = newest[: self.window] if self.stuck else newest[(page - 1) * self.window : page * self.window]
        if not chosen:
            return Told(status=404, body="<html><title>Nothing here</title></html>")
        return Told(body=rss(self.url, chosen), kind=RSS)

    def _month(self, year: int, month: int, page: int) -> Told:
        if (told := self._past()) is not None:
            return told
        inside = [post for post in self._shown[::-1] if (post.at.year, post.at.month) == (year, month)]
        chosen = inside[(page - 1) * self.window : page * self.window]
        if self.stuck:
            chosen = self._shown[::-1][: self.window]
        if not chosen:
            return Told(status=404, body="<html><title>Nothing here</title></html>")
        return Told(body=rss(self.url, chosen), kind=RSS)

    def _page(self, query: dict[str, str]) -> Told:
        if (told := self._past()) is not None:
            return told
        page, size = int(query["page"]), int(query["per_page"])
        before = datetime.fromisoformat(query["before"])
        after = datetime.fromisoformat(query["after"]) if "after" in query else FIRST
        found = [post for post in self._shown if after < post.at < before]
        total = -(-len(found) // size)
        if self.html_at == page:
            return Told(body="<html><head><title>Down for maintenance</title></head></html>", kind=HTML)
        if page > max(total, 1):
            return Told(status=400, kind=JSON, body=json.dumps({"code": "rest_post_invalid_page_number"}))
        first = 0 if self.stuck else (page - 1) * size
        told = [self._told(post) for post in found[first : first + size]]
        counts = {"x-wp-total": str(len(found)), "x-wp-totalpages": str(total)}
        return Told(body=json.dumps(told), kind=JSON, headers=counts)

    def _told(self, post: Post) -> dict[str, object]:
        gmt = f"{post.at:%Y-%m-%dT%H:%M:%S}"
        return {
            "id": post.number,
            "date": gmt,
            "date_gmt": gmt,
            "modified_gmt": gmt,
            "guid": {"rendered": f"{self.url}?p={post.number}"},
            "link": f"{self.url}{post.at:%Y/%m/%d}/notice-{post.number}/",
            "title": {"rendered": post.title},
            "content": {"rendered": post.content},
            "excerpt": {"rendered": f"<p>Notice {post.number}.</p>"},
            "_embedded": {"author": [{"name": post.author}], "wp:term": [[{"name": "Roads"}], []]},
        }


def rss(url: str, chosen: Sequence[Post]) -> str:
    """A feed as WordPress writes it."""
    items = "".join(_item(url, post) for post in chosen)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Mossgate Council</title><link>{url}</link><description>News</description>"
        f"<generator>https://wordpress.org/?v=6.4</generator>{items}</channel></rss>"
    )


def _item(url: str, post: Post) -> str:
    return (
        f"<item><title>{post.title}</title><link>{url}{post.at:%Y/%m/%d}/notice-{post.number}/</link>"
        f"<dc:creator><![CDATA[{post.author}]]></dc:creator><pubDate>{format_datetime(post.at)}</pubDate>"
        f'<guid isPermaLink="false">{url}?p={post.number}</guid>'
        f"<description><![CDATA[<p>Notice {post.number}.</p>]]></description>"
        f"<content:encoded><![CDATA[{post.content}]]></content:encoded></item>"
    )
