"""One published file as an answer: coding, validators, caching, 304 (R-40 to R-45)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, QueryParams
from starlette.responses import RedirectResponse, Response

from aggregator.model import Site
from aggregator.web.answers import CORS, SAFETY, Refusal
from aggregator.web.conditional import is_known
from aggregator.web.folder import Copy, PublishedFolder
from aggregator.web.months import life_of, month_of
from aggregator.web.negotiate import IDENTITY, choose_coding
from aggregator.web.routes import FORMATS, Page, cache_control, find_page, is_first_publish, links, media_type

_FILTERS = ("feed", "category", "tag", "q", "lang", "since", "until", "stories")
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A GET or HEAD for a decoded path."""

    path: str
    headers: Headers
    query: QueryParams
    head: bool


class Files:
    """Answers from the published folder."""

    def __init__(self, folder: PublishedFolder, site: Site, now: Callable[[], datetime] | None = None) -> None:
        """``now`` tells the current month from past ones; without it every month counts as current."""
        self._folder, self._site, self._now = folder, site, now
        self.home = urlsplit(site.url).path or "/"

    def answer(self, ask: Ask) -> Response:
        """The file, 304, or a refusal in plain words. Reads the disk; never raises for a broken one."""
        refusal = Refusal(ask.headers.get("accept"), self.home)
        page = find_page(ask.path, self._site)
        try:
            return self._answer(ask, page, refusal) if page else refusal.not_found()
        except OSError:
            return refusal.unreadable()

    def _answer(self, ask: Ask, page: Page, refusal: Refusal) -> Response:
        if filtered := self._filtered(ask, page, refusal):
            return filtered
        # Copies come and go while the publisher works; then the choice is made again.
        for _ in range(_TRIES):
            available = self._folder.codings(page.file)
            if available is None:
                return self._gone(ask, page) or self._missing(page, refusal)
            if page.moved_to:
                return RedirectResponse(
                    page.moved_to, 308, {**SAFETY, **CORS, "Cache-Control": cache_control(page.file)}
                )
            coding = choose_coding(",".join(ask.headers.getlist("accept-encoding")), available)
            if coding is None:
                return refusal.no_coding()
            with self._folder.open(page.file, coding) as copy:
                if copy:
                    return self._serve(ask, page, coding, copy)
        return refusal.unreadable()

    def _gone(self, ask: Ask, page: Page) -> Response | None:
        """410 with the page that says why, for what was taken down (W-09)."""
        if (file := self._folder.gone(page.file)) is None:
            return None
        with self._folder.open(file, IDENTITY) as copy:
            if copy is None:
                return None
            headers = {**SAFETY, **CORS, "Cache-Control": cache_control(file), "Content-Type": media_type(file)}
            return Response(b"" if ask.head else copy.read(), 410, headers | {"Content-Length": str(copy.size)})

    def _missing(self, page: Page, refusal: Refusal) -> Response:
        """503 while nothing at all is published yet, else 404."""
        begun = self._folder.codings("feed.atom") is not None
        return refusal.not_found() if begun or not is_first_publish(page.file) else refusal.not_yet()

    def _filtered(self, ask: Ask, page: Page, refusal: Refusal) -> Response | None:
        """A filter of the combined feed: one that is published as a file leads there, others are refused (R-60)."""
        stem, _, ending = page.file.rpartition(".")
        asked = [name for name, _ in ask.query.multi_items() if name in _FILTERS]
        if stem != "feed" or ending not in FORMATS or not asked:
            return None
        if asked in (["feed"], ["category"]):
            folder = {"feed": "feeds", "category": "category"}[asked[0]]
            target = f"{folder}/{ask.query[asked[0]]}.{ending}"
            found = find_page(f"{self.home}{target}", self._site)
            if not found or found.file != target or target.count("/") != 1 or self._folder.codings(target) is None:
                return refusal.not_found()
            return RedirectResponse(f"{self.home}{quote(target)}", 307, {**SAFETY, **CORS, "Cache-Control": "no-store"})
        return refusal.no_filter(" and ".join(dict.fromkeys(asked)))

    def _life(self, file: str, chain: Mapping[str, str]) -> str:
        """How long caches may answer for a file by themselves (R-43)."""
        if (month := month_of(file)) is None:
            return cache_control(file, chain)
        return life_of(month, self._site, self._now() if self._now else None)

    def _serve(self, ask: Ask, page: Page, coding: str, copy: Copy) -> Response:
        chain = self._folder.chain(page.file)
        headers = {**SAFETY, **CORS, "ETag": copy.etag, "Cache-Control": self._life(page.file, chain)}
        headers["Vary"] = "Accept-Encoding"
        if page.location:
            headers["Content-Location"] = page.location
        none_match, since = (ask.headers.getlist(name) for name in ("if-none-match", "if-modified-since"))
        if is_known(copy.etag, copy.modified, none_match, since):
            return Response(status_code=304, headers=headers)
        headers["Last-Modified"] = format_datetime(copy.modified, usegmt=True)
        headers["Content-Type"] = media_type(page.file)
        headers["Content-Length"] = str(copy.size)
        headers["Accept-Ranges"] = "none"
        if coding != IDENTITY:
            headers["Content-Encoding"] = coding
        if field := links(page.file, self._site, chain):
            headers["Link"] = field
        return Response(b"" if ask.head else copy.read(), 200, headers)
