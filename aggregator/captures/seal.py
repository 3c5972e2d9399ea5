"""An answer as records, ready to be appended (R-66). Pure: the same capture gives the same bytes.

An answer is a ``response`` record, one that says not modified or repeats a known body a ``revisit``, what a hub brought
a ``resource``. Redirects on the way stand before it, the request behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from aggregator.captures.members import pack
from aggregator.captures.messages import request_head, response_head
from aggregator.captures.warc import record
from aggregator.model import Capture, CaptureKind, Hop, Kept, Original, Place, Response, SealedCapture, Slip

PROFILES = {
    CaptureKind.NOT_MODIFIED: "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
    CaptureKind.IDENTICAL: "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
}
HTTP = "application/http; msgtype="
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def seal(capture: Capture, original: Original | None) -> SealedCapture:
    """The records of one capture.

    ``original`` is the record of the same body that is kept already, or of the body that an answer without one
    confirms; ``None`` where there is none.
    """
    response = capture.response
    kind = _kind(response, original)
    digest, size = sha256(response.body).hexdigest(), len(response.body)
    if kind is CaptureKind.NOT_MODIFIED:
        digest, size = (original.digest, original.size) if original else ("", 0)
    name = _identifier(capture, "answer", digest)
    before = b"".join(pack(_redirect(hop, capture, number)) for number, hop in enumerate(response.hops))
    answer = pack(_answer(capture, kind, original, name, digest))
    behind = pack(_request(capture, name)) if kind is CaptureKind.WHOLE and not capture.provenance.brought else b""
    data = before + answer + behind
    return SealedCapture(
        record_id=name,
        kind=kind,
        url=response.url,
        at=response.started_at,
        status=response.status,
        content_type=response.header("content-type"),
        digest=digest,
        size=size,
        data=data,
        start=len(before),
        length=len(answer),
        proof=sha256(data).hexdigest() if kind is CaptureKind.WHOLE and response.body else "",
    )


def kept(sealed: SealedCapture, place: Place) -> Kept:
    """An appended capture, as the poll's row tells of it."""
    return Kept(
        place=place,
        record_id=sealed.record_id,
        kind=sealed.kind,
        url=sealed.url,
        at=sealed.at,
        digest=sealed.digest,
        size=sealed.size,
        proof=sealed.proof,
    )


@lru_cache(maxsize=256)
def instant_field(at: datetime) -> str:
    """An aware instant as WARC 1.1 writes it, with six decimals."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def slip_field(slip: Slip) -> str:
    """What was said of an imported document, as one line of ASCII."""
    return json.dumps({name: value for name, value in asdict(slip).items() if value}, sort_keys=True)


def _kind(response: Response, original: Original | None) -> CaptureKind:
    if response.status == 304:
        return CaptureKind.NOT_MODIFIED
    return CaptureKind.IDENTICAL if original is not None and response.body else CaptureKind.WHOLE


def _answer(capture: Capture, kind: CaptureKind, original: Original | None, name: str, digest: str) -> bytes:
    response = capture.response
    fields = [*_common(capture, name, response.url), *_facts(capture)]
    if digest:
        fields.append(("WARC-Payload-Digest", f"sha256:{digest}"))
    if kind is not CaptureKind.WHOLE:
        fields.append(("WARC-Profile", PROFILES[kind]))
        if original is not None:
            fields.append(("WARC-Refers-To-Target-URI", address(original.url)))
            fields.append(("WARC-Refers-To-Date", instant_field(original.at)))
    body = response.body if kind is CaptureKind.WHOLE else b""
    if capture.provenance.brought:
        if (media_type := response.header("content-type")) is not None:
            fields.append(("Content-Type", line(media_type)))
        return record("resource" if kind is CaptureKind.WHOLE else "revisit", fields, body=body)
    fields.append(("Content-Type", HTTP + "response"))
    head = response_head(response.status, response.headers, len(response.body))
    if kind is CaptureKind.WHOLE:
        return record("response", fields, head=head, body=body)
    # By far the most frequent record holds no body, and the checksum of its packing guards the rest.
    return record("revisit", fields, head=head, digested=False)


def _facts(capture: Capture) -> Iterator[tuple[str, str]]:
    """What reading the answer again needs besides the message itself."""
    response = capture.response
    yield "Aggregator-Provenance", str(capture.provenance)
    yield "Aggregator-Finished", instant_field(response.finished_at)
    if capture.slip is not None:
        yield "Aggregator-Slip", slip_field(capture.slip)
    if capture.observed_at is not None:
        yield "Aggregator-Observed", instant_field(capture.observed_at)
    if capture.base is not None:
        yield "Aggregator-Base", address(capture.base)
    if capture.provenance.brought:
        return
    yield "WARC-Protocol", "h2" if response.http_version.startswith("HTTP/2") else response.http_version.lower()
    yield "Aggregator-Sent", response.sent
    yield "Aggregator-Wire-Bytes", str(response.wire_bytes)


def _redirect(hop: Hop, capture: Capture, number: int) -> bytes:
    fields = (
        *_common(capture, _identifier(capture, f"hop {number}", hop.url), hop.url),
        ("Aggregator-Redirect", address(hop.target)),
        ("Content-Type", HTTP + "response"),
    )
    return record("response", fields, head=response_head(hop.status, hop.headers, 0))


def _request(capture: Capture, answer: str) -> bytes:
    url = capture.response.url
    fields = (
        *_common(capture, _identifier(capture, "request", url), url),
        ("WARC-Concurrent-To", f"<{answer}>"),
        ("Content-Type", HTTP + "request"),
    )
    return record("request", fields, head=request_head(url, capture.asked))


def _common(capture: Capture, name: str, url: str) -> tuple[tuple[str, str], ...]:
    return (
        ("WARC-Record-ID", f"<{name}>"),
        ("WARC-Target-URI", address(url)),
        ("WARC-Date", instant_field(capture.response.started_at)),
        ("Aggregator-Feed", capture.feed_id),
    )


def _identifier(capture: Capture, part: str, detail: str) -> str:
    """A name that no other record has: no feed is asked twice in one microsecond."""
    at = instant_field(capture.response.started_at)
    return uuid5(NAMESPACE_URL, "\0".join((capture.feed_id, at, part, detail, str(capture.provenance)))).urn


def address(url: str) -> str:
    """An address as the value of a field: what would end or split the line is escaped."""
    safe = url.encode("utf-8", "backslashreplace").decode()
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), safe)


def line(text: str) -> str:
    """A text as the value of a field, in one line."""
    return _BREAKING.sub(" ", text.encode("utf-8", "backslashreplace").decode()).strip()
