"""One HTTP exchange with a publisher, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.feed import Validators

Headers = tuple[tuple[str, str], ...]
"""Header lines in the order received, names lower-case, values exactly as received (H-01)."""


class FailureKind(StrEnum):
    """Why a poll brought nothing: the class decides back-off and the plain status."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    REFUSED_ADDRESS = "refused-address"
    REDIRECT = "redirect"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    ENCODING = "encoding"
    PROTOCOL = "protocol"
    HTTP = "http"
    NOT_A_FEED = "not-a-feed"
    DOCUMENT = "document"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One conditional GET. ``validators`` go only to the URL that produced them (H-03)."""

    url: str
    headers: Headers
    validators: Validators | None = None

    @property
    def sent(self) -> str:
        """Which validators the request carries: ``none``, ``etag``, ``lm`` or ``both`` (H-73)."""
        if self.validators is None or self.validators.url != self.url:
            return "none"
        known = (self.validators.etag is not None, self.validators.last_modified is not None)
        return {(True, True): "both", (True, False): "etag", (False, True): "lm"}.get(known, "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect on the way: the address asked, its status, the absolute target and the header lines received."""

    url: str
    status: int
    target: str
    headers: Headers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer read to its end: ``url`` is the final address, ``body`` is decoded, ``wire_bytes`` counts before that.

    ``sent`` names the validators that the request to the final address carried; ``certificate_ends`` is when the
    certificate of the final server ends, where it has one.
    """

    url: str
    status: int
    headers: Headers
    body: bytes
    started_at: datetime
    finished_at: datetime
    hops: tuple[Hop, ...] = ()
    wire_bytes: int = 0
    http_version: str = "HTTP/1.1"
    sent: str = "none"
    certificate_ends: datetime | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """No usable answer: nobody there, a limit passed, an address refused. ``status`` and ``headers`` where received."""

    url: str
    kind: FailureKind
    detail: str
    started_at: datetime
    finished_at: datetime
    hops: tuple[Hop, ...] = ()
    status: int | None = None
    wire_bytes: int = 0
    sent: str = "none"
    headers: Headers = ()


Exchange = Response | Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Modified:
    """A body to read. ``moved_to`` is the end of the leading run of 301 and 308 (H-42), if there was one.

    ``delta``: an answer 226, which holds only what is new since the ETag that was sent (H-66).
    """

    url: str
    body: bytes
    body_hash: str
    content_type: str | None
    content_language: str | None
    content_location: str | None
    validators: Validators | None
    moved_to: str | None = None
    delta: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """304: nothing to read; ``validators`` as stored, refreshed by what the 304 carried (H-05)."""

    url: str
    validators: Validators | None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """410: the publisher says the feed is no more (H-45)."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """401, 403 or a challenge page: the publisher does not want this client (H-47)."""

    status: int
    detail: str
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Everything else; ``retry_at`` is the publisher's Retry-After as an instant (H-48)."""

    kind: FailureKind
    detail: str
    status: int | None = None
    retry_at: datetime | None = None


Meaning = Modified | NotModified | Gone | Blocked | Failed
