"""Answers in plain words for what is not a published file: HTML for browsers, text for everything else. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from starlette.responses import Response

from aggregator.web.negotiate import wants_html

METHODS = "GET, HEAD, OPTIONS"
CORS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
}
SAFETY: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_PAGE = (
    '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>{title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n<p><a href="{home}">To the front page</a></p>\n</html>\n'
)


class Refusal:
    """Builds answers for one request, in the form that this client reads."""

    def __init__(self, accept: str | None, home: str) -> None:
        """``home`` is the path of the front page."""
        self._html = wants_html(accept)
        self._home = home

    def say(self, status: int, title: str, text: str, headers: Mapping[str, str] | None = None) -> Response:
        """An answer that no cache keeps."""
        body = (
            _PAGE.format(title=escape(title), text=escape(text), home=escape(self._home))
            if self._html
            else f"{title}. {text}\n"
        )
        kind = "text/html" if self._html else "text/plain"
        return Response(
            body,
            status,
            {**SAFETY, **CORS, "Cache-Control": "no-store", "Vary": "Accept", **(headers or {})},
            f"{kind}; charset=utf-8",
        )

    def not_found(self) -> Response:
        """404."""
        return self.say(
            404, "Not found", "There is nothing at this address. It may be misspelt, or no longer published."
        )

    def not_yet(self) -> Response:
        """503 before the first publish."""
        text = "The feeds are being collected for the first time. Please try again in a minute."
        return self.say(503, "Not published yet", text, {"Retry-After": "60"})

    def unreadable(self) -> Response:
        """503 where the disk refuses."""
        text = "The published files cannot be read at the moment. Please try again in a few minutes."
        return self.say(503, "Out of order", text, {"Retry-After": "300"})

    def wrong_method(self) -> Response:
        """405."""
        return self.say(405, "Not allowed", "This address can only be read.", {"Allow": METHODS})

    def no_coding(self) -> Response:
        """406."""
        text = "This file is not there in any of the content codings that you accept; accept identity or gzip."
        return self.say(406, "Not acceptable", text)

    def no_filter(self, name: str) -> Response:
        """400 for a filter that is not there: the whole feed in its place would be a wrong answer."""
        text = f"Filtering by “{name}” is not supported by this version. Take a source or category feed instead."
        return self.say(400, "Unknown filter", text)

    def slow_down(self, seconds: int) -> Response:
        """429."""
        text = f"Please wait {seconds} seconds. A feed changes seldom: once in a quarter of an hour is plenty."
        return self.say(429, "Too many requests", text, {"Retry-After": str(seconds)})


def preflight() -> Response:
    """What a script on another site may ask (R-47)."""
    return Response(
        status_code=204,
        headers={
            **SAFETY,
            "Allow": METHODS,
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, A-IM",
            "Access-Control-Max-Age": "86400",
        },
    )
