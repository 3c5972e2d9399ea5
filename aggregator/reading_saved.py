"""The reading hall for saved documents: bytes to the same normalised, fingerprinted document that a poll would give.

A feed is read as a feed; a web page or a text is parted into posts first. Runs inside a worker process, like `reading`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from aggregator.dedupe.fingerprint import fingerprints
from aggregator.errors import UnreadableError
from aggregator.history.documents.days import Civil
from aggregator.history.documents.kinds import FileKind, Form, form_of, kind_of
from aggregator.history.documents.page import read_page
from aggregator.history.documents.post import Page, to_raw
from aggregator.history.documents.single_file import page_of
from aggregator.history.documents.text import read_text
from aggregator.model import Document, Precision, RawDocument, ReadContext, Slip
from aggregator.normalise import normalise
from aggregator.normalise.date_grammar import read_words
from aggregator.parse import read
from aggregator.parse.encoding import decode_once

LONGEST = 64 * 1024 * 1024
LOOK = 8_192
_NO_FEED = ("html", "not-a-feed")
_META = re.compile(rb"<meta\s[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)


def read_saved(body: bytes, context: ReadContext) -> Document:
    """Recognise, part, normalise and fingerprint one saved document: a pure function of its arguments.

    ``context.slip`` is what is known of it besides; without one, nothing is. Only what is certain becomes several
    entries; ``problems`` tell what a person should look at.

    Raises:
        UnreadableError: the kinds of `reading.read_document`, and ``binary``.
    """
    if len(body) > LONGEST:
        raise UnreadableError("too-large", f"{len(body)} bytes: more than the {LONGEST} that a document may have")
    if kind_of(body) is FileKind.WARC:
        raise UnreadableError("binary", "it is a web archive; its records are read one by one")
    raw, own = _raw(body, context)
    document = normalise(raw, context)
    names = tuple(dict.fromkeys(name for name in (*context.names, document.feed.title, own) if name))
    return replace(document, fingerprints=fingerprints(document, names))


def civil(text: str) -> Civil | None:
    """The civil date that a string states as a whole; UK order, English, Welsh and French (P-31)."""
    reading = read_words(text.strip())
    if reading is None:
        return None
    exact = reading.precision is not Precision.MONTH
    return Civil(day=reading.wall.date(), precision=Precision.DAY if exact else Precision.MONTH)


def _raw(body: bytes, context: ReadContext) -> tuple[RawDocument, str | None]:
    """The raw document, and what a page calls its site."""
    slip, content_type = context.slip or Slip(), context.content_type
    if single := page_of(body):
        body, content_type = single.body, single.content_type
        slip = replace(slip, url=slip.url or single.url)
    decoded = decode_once(body, content_type or _stated_type(body))
    form = form_of(decoded.text)
    if form in (Form.XML, Form.JSON):
        try:
            return read(body, context), None
        except UnreadableError as refused:
            if form is Form.JSON or refused.kind not in _NO_FEED:
                raise
            form = Form.HTML
    page = _page(form, decoded.text, slip)
    raw = to_raw(page, slip, civil)
    problems = (*decoded.problems, *raw.problems)
    return replace(raw, encoding=decoded.encoding, problems=problems), page.site


def _stated_type(body: bytes) -> str | None:
    """What a page says of its own encoding, where nobody else says anything."""
    found = _META.search(body[:LOOK])
    return f"text/html; charset={found[1].decode('ascii')}" if found else None


def _page(form: Form, text: str, slip: Slip) -> Page:
    return read_page(text, slip, civil) if form is Form.HTML else read_text(text, slip, civil)
