"""The two paths by name, for who wants one of them or wants to see that they agree; `parse.read` chooses by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import zip_longest
from typing import Any

from aggregator.model import RawDocument, ReadContext
from aggregator.parse import read_patiently
from aggregator.parse.gate import Json, admit
from aggregator.parse.jsonfeed import read_json
from aggregator.parse.judge import Doubt
from aggregator.parse.rapid import read_rapidly

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that two readings do not share, such as ``entries[3].title.value``, with what each has there."""

    field: str
    rapid: str
    patient: str


def read_by_rapid_path(body: bytes, context: ReadContext) -> RawDocument | Doubt:
    """Read by the rapid path, or say why it leaves the document to the patient one. JSON Feed has one reader only.

    Raises:
        UnreadableError: the gate refuses the body.
    """
    admitted = admit(body, context.content_type)
    return read_json(admitted, context) if isinstance(admitted, Json) else read_rapidly(admitted, context)


def read_by_patient_path(body: bytes, context: ReadContext) -> RawDocument:
    """Read by the patient path.

    Raises:
        UnreadableError: the body is no feed, cannot be read, or breaks a limit.
    """
    return read_patiently(admit(body, context.content_type), context)


def differences(rapid: RawDocument, patient: RawDocument) -> tuple[Difference, ...]:
    """Every field in which two readings of one document differ; none where they are equal."""
    return tuple(_differences("", rapid, patient))


def _differences(field: str, a: Any, b: Any) -> Iterator[Difference]:
    if a == b and type(a) is type(b):
        return
    if is_dataclass(a) and type(a) is type(b):
        for one in fields(a):
            yield from _differences(f"{field}.{one.name}".lstrip("."), getattr(a, one.name), getattr(b, one.name))
    elif isinstance(a, tuple) and isinstance(b, tuple):
        for number, (one, other) in enumerate(zip_longest(a, b)):
            yield from _differences(f"{field}[{number}]", one, other)
    else:
        yield Difference(field=field, rapid=repr(a)[:_LONGEST], patient=repr(b)[:_LONGEST])
