"""What was received, kept as it came: a capture, where it lies, and how it is proved (R-66, P-01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.exchange import Headers, Response
from aggregator.model.names import FeedId, Provenance
from aggregator.model.saved import Slip


class CaptureKind(StrEnum):
    """How the body is kept: whole, or as a reference to an equal one that is kept already (R-66)."""

    WHOLE = "whole"
    NOT_MODIFIED = "not-modified"
    IDENTICAL = "identical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One answer to be kept. ``asked`` are the header lines of the request that it answers.

    Of what a hub or an operator brought, nothing was asked: ``response.url`` is the topic or what names the document,
    and of the header lines only its type is known (H-85). Of an imported document, ``slip`` is what was said of it.
    Where somebody else captured it, ``observed_at`` (aware, UTC) is when, as far as that is known; ``base`` is the
    address that a page of history is read under, where that is not its own.
    """

    feed_id: FeedId
    response: Response
    asked: Headers = ()
    provenance: Provenance = Provenance.LIVE
    slip: Slip | None = None
    observed_at: datetime | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What a revisit refers to: the record of the first equal body, its address and its instant (aware, UTC).

    ``digest`` is the SHA-256 of the body in hex, ``size`` its bytes.
    """

    url: str
    at: datetime
    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCapture:
    """A capture as whole gzip members, ready to be appended.

    ``digest`` is the SHA-256 of the body in hex and ``size`` its bytes; of an answer that says not modified they are
    those of the body it confirms, ``""`` and 0 where that is not known. ``at`` is the instant of the record (aware,
    UTC). The answer itself lies in ``data`` from ``start`` on, ``length`` bytes long; around it are redirects and the
    request. ``proof`` is the SHA-256 of ``data`` in hex where a body is kept whole, else ``""``.
    """

    record_id: str
    kind: CaptureKind
    url: str
    at: datetime
    status: int
    content_type: str | None
    digest: str
    size: int
    data: bytes
    start: int
    length: int
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a capture lies: ``file`` is the name in the folder without its ending (``2026-06-001``); ``offset`` and
    ``length`` in bytes span all its records: redirects on the way, the answer, the request."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A capture that was appended: what the poll's row and the journal say of it. Fields as in `SealedCapture`."""

    place: Place
    record_id: str
    kind: CaptureKind
    url: str
    at: datetime
    digest: str
    size: int
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A capture read back. The body of one that only refers to another is empty: ``digest`` says which it is."""

    capture: Capture
    record_id: str
    kind: CaptureKind
    at: datetime
    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """One distinct body and the capture that holds it whole: as the chain of the journal proves it.

    ``digest`` is the SHA-256 of the body, ``proof`` that of the bytes at ``place``, both in hex. ``removed_at`` is set
    once it was taken down.
    """

    number: int
    feed_id: FeedId
    poll_id: int
    digest: str
    size: int
    proof: str
    place: Place
    record_id: str
    url: str
    at: datetime
    removed_at: datetime | None = None
