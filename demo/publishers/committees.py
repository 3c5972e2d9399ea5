"""A committee system in the manner of Modern.gov: template texts, ``ID=`` in every link, no validators at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from demo.publishers.exchange import Answer, Ask, Place, missing, rfc822
from demo.publishers.page import listing, page
from demo.stories import LONDON

FEED = "/mgRss.aspx"
TITLE = "Knowsmere Council committees"

_BODIES = (
    (137, "Cabinet", 6, "Agenda published"),
    (142, "Planning Committee", 9, "Agenda published"),
    (142, "Planning Committee", -12, "Minutes published"),
    (151, "Children and Families Scrutiny Panel", 4, "Agenda published"),
    (151, "Children and Families Scrutiny Panel", -24, "Minutes published"),
    (160, "Licensing Sub-Committee", 3, "Decisions published"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    number: int
    committee: int
    title: str
    text: str
    published: datetime


def render(ask: Ask, place: Place) -> Answer:
    """The feed, a meeting page (``ieListDocuments.aspx?CId=…&MId=…``), the list, or 404."""
    notices = _notices(place.start)
    if ask.path == FEED:
        return _feed(notices, place)
    if ask.path in {"/", "/ieDocHome.aspx"}:
        return listing(TITLE, [(_link(notice, place.base), notice.title) for notice in notices])
    wanted = ask.query.get("ID", "")
    if ask.path != "/ieListDocuments.aspx":
        return missing(TITLE)
    found = (page(one.title, f"<p>{one.text}</p>") for one in notices if str(one.number) == wanted)
    return next(found, missing(TITLE))


def _notices(start: datetime) -> list[_Notice]:
    return [_notice(index, start, *body) for index, body in enumerate(_BODIES)]


def _notice(index: int, start: datetime, committee: int, name: str, days: int, what: str) -> _Notice:
    meeting = start.astimezone(LONDON) + timedelta(days=days)
    when = f"{meeting:%A} {meeting.day} {meeting:%B %Y}"
    published = start.astimezone(LONDON).replace(hour=17, minute=0, second=0, microsecond=0)
    return _Notice(
        number=8600 + index,
        committee=committee,
        title=f"{what}: {name}, {when}, 6.30 pm",
        text=f"{what} for the meeting of the {name} on {when} at 6.30 pm in the Council Chamber, Town Hall, Knowsmere.",
        published=published - timedelta(days=1 + index),
    )


def _link(notice: _Notice, base: str) -> str:
    return f"{base}/ieListDocuments.aspx?CId={notice.committee}&MId={notice.number}&Ver=4&ID={notice.number}"


def _feed(notices: list[_Notice], place: Place) -> Answer:
    items = "\r\n".join(
        f"<item>\r\n<title>{escape(notice.title)}</title>\r\n<link>{escape(_link(notice, place.base))}</link>\r\n"
        f"<description>{escape(notice.text)}</description>\r\n<pubDate>{rfc822(notice.published)}</pubDate>\r\n"
        f"<guid>{escape(_link(notice, place.base))}</guid>\r\n</item>"
        for notice in notices
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\r\n<rss version="2.0">\r\n<channel>\r\n'
        f"<title>{TITLE}</title>\r\n<link>{place.base}/ieDocHome.aspx</link>\r\n"
        f"<description>Recently published papers</description>\r\n{items}\r\n</channel>\r\n</rss>\r\n"
    )
    head = (("Content-Type", "text/xml; charset=utf-8"), ("Cache-Control", "private"))
    return Answer(headers=head, body=text.encode())
