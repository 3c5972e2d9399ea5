"""Records are written by hand, as there is one at every poll: to the byte as the library would write them."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from aggregator.captures.warc import VERSION, parse, record

FIELD = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30).map(str.strip)
FIELDS = st.lists(st.tuples(st.from_regex(r"X-[A-Za-z]{1,9}", fullmatch=True), FIELD), max_size=5)
HEADS = st.none() | st.just(b"HTTP/1.1 200 OK\r\n\r\n") | st.just(b"HTTP/1.1 304\r\netag: \xe9\r\n\r\n")
KINDS = st.sampled_from(["response", "request", "resource", "warcinfo", "revisit"])


class _Head(StatusAndHeaders):  # type: ignore[misc]  # the library has no types
    """The head of an HTTP message as it came."""

    def __init__(self, head: bytes) -> None:
        super().__init__("as received", [])
        self.headers_buff = head

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """It is there already."""


class _Writer(WARCWriter):  # type: ignore[misc]  # the library has no types
    """The library's writer without its own digests (SHA-1)."""

    def ensure_digest(self, record: object, block: bool = True, payload: bool = True) -> None:
        """They are there already."""


def by_library(kind: str, fields: list[tuple[str, str]], head: bytes | None, body: bytes) -> bytes:
    digest = sha256((head or b"") + body).hexdigest()
    every = [("WARC-Type", kind), *fields, ("WARC-Block-Digest", f"sha256:{digest}")]
    out = BytesIO()
    writer = _Writer(out, gzip=False, warc_version=VERSION)
    made = writer.create_warc_record(
        None,
        kind,
        payload=BytesIO(body) if head is not None or body else None,
        length=len(body),
        warc_headers=StatusAndHeaders("", every, protocol=VERSION),
        http_headers=_Head(head) if head is not None else None,
    )
    made.content_type = made.rec_headers.get_header("Content-Type")
    writer.write_record(made)
    data: bytes = out.getvalue()
    return data


@given(kind=KINDS, fields=FIELDS, typed=st.booleans(), head=HEADS, body=st.binary(max_size=200))
def test_the_library_would_write_the_same(
    kind: str, fields: list[tuple[str, str]], typed: bool, head: bytes | None, body: bytes
) -> None:
    """R-66: other programs read them."""
    if kind == "revisit":
        body = b""
    if head is None and kind in {"response", "request", "revisit"}:
        # The library would look for the head in the body.
        head = b"HTTP/1.1 204\r\n\r\n"
    if typed:
        fields = [*fields, ("Content-Type", "application/http; msgtype=response")]
    assert record(kind, fields, head=head, body=body) == by_library(kind, fields, head, body)


@given(head=HEADS, body=st.binary(max_size=200))
def test_what_is_written_is_read_back(head: bytes | None, body: bytes) -> None:
    """R-66: nothing of a block is lost."""
    assert (
        parse(record("response", [("WARC-Record-ID", "<urn:x>")], head=head, body=body)).block == (head or b"") + body
    )
