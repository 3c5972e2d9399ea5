"""Whether a client has the representation already (RFC 9110, 13.1.2 and 13.1.3). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_tz

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_HTTP_DATE = re.compile(
    r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT"
    r"|[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}",
    re.ASCII,
)


def is_known(etag: str, modified: datetime, none_match: Sequence[str], modified_since: Sequence[str]) -> bool:
    """Whether 304 is the answer to a GET or HEAD (R-40).

    ``etag`` is a strong entity tag with its quotes, ``modified`` aware; the other two are all fields of that name.
    Tags are compared weakly; ``If-Modified-Since`` counts only where there is no ``If-None-Match``.
    """
    if none_match:
        field = ", ".join(none_match).strip()
        return field == "*" or etag in _TAG.findall(field)
    if len(modified_since) != 1:
        return False
    since = http_date(modified_since[0])
    return since is not None and modified.replace(microsecond=0) <= since


def http_date(text: str) -> datetime | None:
    """An HTTP-date in any of its three forms (RFC 9110, 5.6.7), aware and UTC; ``None`` for all else."""
    text = text.strip()
    parts = parsedate_tz(text) if _HTTP_DATE.fullmatch(text) else None
    if not parts:
        return None
    try:
        return datetime(*parts[:6], tzinfo=UTC)
    except ValueError:
        return None
