"""What to ask of a publisher: the same polite, honest request every time (H-02, H-03, H-08, H-60 to H-64)."""

from __future__ import annotations

import re

from aggregator.fetch.asking import offered
from aggregator.model import FeedState, Headers, Request, Source, poll_url

PRODUCT = "Aggregator"
ACCEPT = (
    "application/atom+xml, application/rss+xml;q=0.9, application/feed+json;q=0.9, application/rdf+xml;q=0.8, "
    "application/xml;q=0.7, text/xml;q=0.7, */*;q=0.1"
)
ACCEPT_ENCODING = "gzip, br, zstd"
DELTA = ("a-im", "feed")
"""Goes out with every If-None-Match and never without: the same question every time (H-08, H-66)."""

_NOT_TOKEN = re.compile(r"[^A-Za-z0-9.+_-]")
_NOT_IN_ADDRESS = re.compile(r"[^!#$%&'*+,./0-9:=?@A-Z\[\]_a-z~-]")


def user_agent(version: str, contact: str, readers: int) -> str:
    """Who we are (H-60): product, version, ``contact`` page or mailbox and how many read the feed through us.

    Characters that could end the comment or the header line are dropped; there is always at least one reader.
    """
    product = "/".join(filter(None, (PRODUCT, _NOT_TOKEN.sub("", version))))
    page = _NOT_IN_ADDRESS.sub("", contact)
    comment = "; ".join(filter(None, (f"+{page}" if page else "", f"{max(1, readers)} subscribers")))
    return f"{product} ({comment})"


def make_request(
    source: Source, state: FeedState, agent: str, *, unconditional: bool = False, mailbox: str = ""
) -> Request:
    """The GET for one feed. ``agent`` comes from `user_agent`; ``mailbox`` becomes From (H-61) unless empty.

    The stored validators travel beside the headers: the door adds them on the hop that owns them (`conditional`).
    ``unconditional`` leaves them out; the caller answers for the budget of H-09.
    """
    headers = [("user-agent", agent), ("accept", ACCEPT), ("accept-encoding", ACCEPT_ENCODING)]
    if sender := _NOT_IN_ADDRESS.sub("", mailbox):
        headers.append(("from", sender))
    validators = None if unconditional else offered(state)
    return Request(url=poll_url(source, state), headers=tuple(headers), validators=validators)


def plain_request(url: str, agent: str) -> Request:
    """The GET for what is no feed: a page, a robots.txt. Never conditional: nothing of it is kept."""
    return Request(url=url, headers=(("user-agent", agent), ("accept", ACCEPT), ("accept-encoding", ACCEPT_ENCODING)))


def conditional(request: Request, url: str) -> tuple[Headers, str]:
    """The conditional headers for a hop to ``url`` and their name (H-73): only the owner of validators gets them.

    Both go where both are known (H-02), exactly as received (H-01); without any, nothing is made up (H-07). With an
    ETag the server may answer with what is new since then (H-66).
    """
    known = request.validators
    if known is None or known.url != url:
        return (), "none"
    headers = [("if-none-match", known.etag)] if known.etag else []
    headers += [("if-modified-since", known.last_modified)] if known.last_modified else []
    names = {"if-none-match": "etag", "if-modified-since": "lm"}
    sent = "both" if len(headers) == 2 else next((names[name] for name, _ in headers), "none")
    return (*headers, *([DELTA] if known.etag else [])), sent
