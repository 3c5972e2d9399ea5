"""Records back into captures: what was received, to the last header line. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.captures.erase import was_erased
from aggregator.captures.messages import read_request, read_response
from aggregator.captures.seal import PROFILES
from aggregator.captures.warc import Record, RecordError
from aggregator.errors import TakenDownError
from aggregator.model import (
    Capture,
    CaptureKind,
    FeedId,
    Headers,
    Hop,
    Opened,
    Place,
    Provenance,
    Response,
    Slip,
    Split,
)

ANSWERS = {"response", "revisit", "resource"}
_KINDS = {profile: kind for kind, profile in PROFILES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The records of one capture, in their order."""

    redirects: tuple[Record, ...]
    answer: Record
    request: Record | None = None


def is_redirect(record: Record) -> bool:
    """Whether it is a step on the way to an answer."""
    return record.field("Aggregator-Redirect") is not None


def is_answer(record: Record) -> bool:
    """Whether it is the answer itself, kept by this program."""
    return record.kind in ANSWERS and record.field("Aggregator-Finished") is not None


def group(records: Iterable[Record]) -> Group:
    """The records of one capture sorted out. Raises `RecordError` where there is no answer among them."""
    every = tuple(records)
    answer = next((each for each in every if is_answer(each)), None)
    if answer is None:
        raise RecordError("there is no answer among these records")
    request = next((each for each in every if each.kind == "request"), None)
    return Group(redirects=tuple(filter(is_redirect, every)), answer=answer, request=request)


def open_group(place: Place, records: Sequence[Record]) -> Opened:
    """The capture in the records at a place.

    Raises:
        TakenDownError: it was erased on purpose.
        RecordError: there is none.
    """
    note = next((note for each in records if (note := was_erased(each)) is not None), None)
    if note is not None:
        raise TakenDownError(place.file, place.offset, f"it was taken down: {note}")
    return unseal(group(records))


def unseal(found: Group) -> Opened:
    """The capture in its records. Raises `RecordError` where a field is missing or makes no sense."""
    try:
        return _opened(found)
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"a field of the record makes no sense ({error})") from error


def _opened(found: Group) -> Opened:
    answer = found.answer
    provenance = Provenance(_text(answer, "Aggregator-Provenance"))
    if provenance.brought:
        status, headers, body = 200, _described(answer), answer.block
    else:
        status, headers, body = read_response(answer.block)
    response = Response(
        url=_text(answer, "WARC-Target-URI"),
        status=status,
        headers=headers,
        body=body,
        started_at=_instant(answer, "WARC-Date"),
        finished_at=_instant(answer, "Aggregator-Finished"),
        hops=tuple(_hop(each) for each in found.redirects),
        wire_bytes=len(body) if provenance.brought else int(_text(answer, "Aggregator-Wire-Bytes")),
        http_version=_version(answer),
        sent=answer.field("Aggregator-Sent") or "none",
    )
    return Opened(
        capture=Capture(
            feed_id=FeedId(_text(answer, "Aggregator-Feed")),
            response=response,
            asked=read_request(found.request.block) if found.request else (),
            provenance=provenance,
            slip=_slip(answer),
            observed_at=_instant(answer, "Aggregator-Observed") if answer.field("Aggregator-Observed") else None,
            base=answer.field("Aggregator-Base"),
        ),
        record_id=_text(answer, "WARC-Record-ID").strip("<>"),
        kind=CaptureKind.WHOLE if answer.kind != "revisit" else _KINDS[_text(answer, "WARC-Profile")],
        at=response.started_at,
        digest=(answer.field("WARC-Payload-Digest") or "").removeprefix("sha256:"),
        size=len(body),
    )


def _slip(answer: Record) -> Slip | None:
    text = answer.field("Aggregator-Slip")
    if text is None:
        return None
    said = json.loads(text)
    return Slip(**{**said, "split": Split(said.get("split", Split.SURE))})


def _described(answer: Record) -> Headers:
    media_type = answer.field("Content-Type")
    return () if media_type is None else (("content-type", media_type),)


def _hop(record: Record) -> Hop:
    status, headers, _ = read_response(record.block)
    target = _text(record, "Aggregator-Redirect")
    return Hop(url=_text(record, "WARC-Target-URI"), status=status, target=target, headers=headers)


def _version(answer: Record) -> str:
    protocol = answer.field("WARC-Protocol") or "http/1.1"
    return "HTTP/2" if protocol == "h2" else protocol.upper()


def _text(record: Record, name: str) -> str:
    value = record.field(name)
    if value is None:
        raise ValueError(f"{name} is missing")
    return value


def _instant(record: Record, name: str) -> datetime:
    return datetime.fromisoformat(_text(record, name))
