"""Feeds with a past of other kinds: RFC 5005 archives, pages by a link, Blogger, and a web archive of a feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import unquote

from tests.pasts.server import ATOM, RSS, TEXT, Asked, Told
from tests.pasts.wordpress import Post, posts, rss


def atom(url: str, chosen: Sequence[Post], links: Mapping[str, str], generator: str = "By hand") -> str:
    """An Atom document with these links in its head."""
    head = "".join(f'<link rel="{rel}" href="{href.replace("&", "&amp;")}"/>' for rel, href in links.items())
    entries = "".join(
        f"<entry><id>tag:mossgate.example,2019:{post.number}</id><title>{post.title}</title>"
        f'<link href="{url}notice-{post.number}"/><published>{post.at.isoformat()}</published>'
        f"<updated>{post.at.isoformat()}</updated><author><name>{post.author}</name></author>"
        f"<content type='html'><![CDATA[{post.content}]]></content></entry>"
        for post in chosen
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><id>{url}feed</id><title>Mossgate</title>'
        f"<updated>2026-06-15T08:00:00Z</updated><generator>{generator}</generator>{head}{entries}</feed>"
    )


@dataclass(kw_only=True)
class Chain:
    """A subscription document and archive documents of ``size`` entries (RFC 5005), or pages by ``rel``. ``gone`` are
    numbers of documents that answer ``status``; ``loop`` makes the first document point to the newest archive."""

    url: str
    rel: str = "prev-archive"
    count: int = 60
    size: int = 10
    gone: frozenset[int] = frozenset()
    status: int = 404
    loop: bool = False
    etag: str = ""
    asked: list[int] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Told:
        every = posts(self.url, self.count)
        last = self.count // self.size - 1
        if asked.path == "/feed":
            told = self._document(every[-self.size :], last - 1)
            return replace(told, headers={"etag": self.etag}) if self.etag else told
        if not asked.path.startswith("/archive/"):
            return Told(status=404)
        number = int(asked.path.rsplit("/", 1)[1])
        self.asked.append(number)
        if number in self.gone:
            return Told(status=self.status)
        return self._document(every[number * self.size : (number + 1) * self.size], number - 1)

    def _document(self, chosen: Sequence[Post], before: int) -> Told:
        links = {self.rel: f"{self.url}archive/{before}"} if before >= 0 else {}
        if before < 0 and self.loop:
            links = {self.rel: f"{self.url}archive/{self.count // self.size - 2}"}
        return Told(body=atom(self.url, chosen, links), kind=ATOM)


@dataclass(kw_only=True)
class Blogger:
    """``most`` is what the server gives a page whatever is asked, ``reach`` how far its index goes in one window."""

    url: str
    count: int = 90
    most: int = 25
    reach: int = 10_000

    def __call__(self, asked: Asked) -> Told:
        if asked.path != "/feeds/posts/default":
            return Told(status=404)
        newest = posts(self.url, self.count)[::-1]
        if latest := asked.query.get("published-max"):
            newest = [post for post in newest if post.at < datetime.fromisoformat(latest)]
        start = int(asked.query.get("start-index", "1"))
        size = min(int(asked.query.get("max-results", "25")), self.most)
        reachable = newest[: self.reach]
        chosen = reachable[start - 1 : start - 1 + size]
        more = start - 1 + size < len(reachable)
        links = {"next": f"{self.url}feeds/posts/default?start-index={start + size}&max-results={size}"} if more else {}
        return Told(body=atom(self.url, chosen, links, "Blogger"), kind=ATOM)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a web archive kept of a feed at one instant."""

    at: datetime
    body: str
    digest: str
    url: str
    kind: str = RSS

    @property
    def stamp(self) -> str:
        return f"{self.at:%Y%m%d%H%M%S}"


def snapshots(url: str, every: Sequence[Post], window: int = 10, step: int = 4) -> list[Snapshot]:
    """A capture after every few posts, as the feed stood then; its neighbours overlap."""
    made = []
    for number in range(window, len(every) + 1, step):
        at = every[number - 1].at + timedelta(hours=7)
        body = rss(url, every[number - window : number][::-1])
        made.append(Snapshot(at=at, body=body, digest=f"SHA{number}", url=f"{url}feed/"))
    return made


@dataclass(kw_only=True)
class WebArchive:
    """A CDX server with resumption keys that gives ``batch`` lines at once, a TimeMap, and the captures themselves."""

    url: str
    kept: list[Snapshot]
    batch: int = 5
    cdx: bool = True
    refuse_after: int | None = None
    stuck_key: bool = False
    forged: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Told:
        if asked.path == "/cdx/search/cdx":
            return self._cdx(asked.query) if self.cdx else Told(status=404)
        if asked.path.startswith("/web/timemap/link/"):
            return self._timemap(asked.whole.removeprefix("/web/timemap/link/"))
        if asked.path.startswith("/web/"):
            return self._capture(asked.whole.removeprefix("/web/"))
        return Told(status=404)

    def _cdx(self, query: dict[str, str]) -> Told:
        found = [one for one in self.kept if one.url == query["url"]]
        found = [one for one in found if query.get("from", "0") <= one.stamp <= query.get("to", "9")]
        start = int(query.get("resumeKey") or 0)
        part = found[start : start + self.batch]
        lines = [f"{one.stamp} {one.url} 200 {one.kind} {one.digest} {len(one.body)}" for one in part]
        lines += self.forged
        if self.stuck_key:
            lines += ["", "1"]
        elif start + self.batch < len(found):
            lines += ["", str(start + self.batch)]
        return Told(body="\n".join(lines) + "\n", kind=TEXT)

    def _timemap(self, url: str) -> Told:
        found = [one for one in self.kept if one.url == url]
        lines = [f'<{self.url}web/{one.stamp}/{one.url}>; rel="memento"; datetime="x"' for one in found]
        lines.insert(0, f'<{url}>; rel="original"')
        return Told(body=",\n".join(lines), kind="application/link-format")

    def _capture(self, rest: str) -> Told:
        stamp, _, url = rest.partition("id_/")
        self.read.append(stamp)
        if self.refuse_after is not None and len(self.read) > self.refuse_after:
            return Told(status=429)
        found = next((one for one in self.kept if one.stamp == stamp and one.url == unquote(url)), None)
        return Told(status=404) if found is None else Told(body=found.body, kind=found.kind)
