"""Undoing Content-Encoding in small bites: no body, however hostile, takes more memory than its limits (H-64, H-51)."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import brotli

from aggregator.fetch.faults import Fault, plain
from aggregator.fetch.limits import Limits, size
from aggregator.model import FailureKind

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BITE = 64 * 1024
MOST_ENCODINGS = 2
MOST_MEMBERS = 64
"""gzip members or zstd frames in one body: one is usual, a few are sound, thousands of empty ones are an attack."""
ZSTD_WINDOW_LOG = 23
"""8 MB, the most RFC 9659 lets a sender on the web require."""
RATIO_GRACE = 64 * 1024
PLAIN_NAMES = frozenset({"", "identity", "none", "utf-8"})
"""The last two are no encodings, but servers are seen to say so of plain bodies."""


class Codec(Protocol):
    """One encoding undone: bytes in, bites of at most `BITE` bytes out."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode more bytes. Raises `Fault`, `zlib.error`, `brotli.error` or `zstd.ZstdError`."""
        ...

    def whole(self) -> bool:
        """Whether the stream has come to its own end."""
        ...


class Zlib:
    """gzip (RFC 1952, several members, zero padding) and deflate, with or without its zlib wrapper."""

    def __init__(self, name: str) -> None:
        self._gzip = name == "gzip"
        self._stream: zlib._Decompress | None = None
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Codec`."""
        while data:
            if self._stream is None or self._stream.eof:
                data = data.lstrip(b"\0") if self._members else data
                if not data:
                    return
                self._stream = self._open(data)
            yield self._stream.decompress(data, BITE)
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
        while self._stream and not self._stream.eof and (rest := self._stream.decompress(b"", BITE)):
            yield rest

    def _open(self, data: bytes) -> zlib._Decompress:
        self._members += 1
        if self._members > (MOST_MEMBERS if self._gzip else 1):
            raise Fault(FailureKind.ENCODING, "there are bytes after the end of the compressed body")
        # The low half of the first byte of a zlib wrapper is always 8; a raw stream hardly ever begins so.
        wrapped = data[0] & 0x0F == zlib.DEFLATED
        bits = zlib.MAX_WBITS
        return zlib.decompressobj(bits + 16 if self._gzip else bits if wrapped else -bits)

    def whole(self) -> bool:
        """See `Codec`."""
        return self._stream is not None and self._stream.eof


class Brotli:
    """br (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Codec`."""
        if data and self._stream.is_finished():
            raise Fault(FailureKind.ENCODING, "there are bytes after the end of the compressed body")
        yield self._stream.process(data, output_buffer_limit=BITE)
        while not self._stream.is_finished() and not self._stream.can_accept_more_data():
            yield self._stream.process(b"", output_buffer_limit=BITE)

    def whole(self) -> bool:
        """See `Codec`."""
        return bool(self._stream.is_finished())


class Zstandard:
    """zstd (RFC 8878), windows up to 8 MB."""

    def __init__(self) -> None:
        self._stream = self._open()
        self._members = 1
        self._idle = True

    @staticmethod
    def _open() -> zstd.ZstdDecompressor:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Codec`."""
        while data or not (self._stream.eof or self._stream.needs_input):
            if self._stream.eof:
                self._members += 1
                if self._members > MOST_MEMBERS:
                    raise Fault(FailureKind.ENCODING, "the compressed body is cut into too many frames")
                self._stream = self._open()
            self._idle = False
            yield self._stream.decompress(data, BITE)
            data = self._stream.unused_data if self._stream.eof else b""

    def whole(self) -> bool:
        """See `Codec`."""
        return self._stream.eof and not self._idle


def open_codec(name: str) -> Codec:
    """The codec of one Content-Encoding. Raises `Fault` for one that was not asked for."""
    match name:
        case "gzip" | "x-gzip":
            return Zlib("gzip")
        case "deflate":
            return Zlib("deflate")
        case "br":
            return Brotli()
        case "zstd":
            return Zstandard()
    raise Fault(FailureKind.ENCODING, f"the body is encoded as “{plain(name, 40)}”, which was not asked for")


class Stage:
    """One codec with its own limits, so that the middle of a chain is bounded like its end."""

    def __init__(self, codec: Codec, limits: Limits) -> None:
        self.codec = codec
        self._limits = limits
        self._taken = self._given = 0

    def feed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Decode pieces. Raises `Fault` for a damaged stream or a limit passed."""
        for piece in pieces:
            self._taken += len(piece)
            try:
                yield from map(self._counted, self.codec.feed(piece))
            except (zlib.error, brotli.error, zstd.ZstdError) as error:
                detail = f"the compressed body is damaged ({plain(str(error))})"
                raise Fault(FailureKind.ENCODING, detail) from error

    def _counted(self, bite: bytes) -> bytes:
        self._given += len(bite)
        most, ratio = self._limits.max_decoded, self._limits.max_ratio
        if self._given > most:
            raise Fault(FailureKind.TOO_LARGE, f"the body unpacks to more than the {size(most)} allowed")
        if self._given > RATIO_GRACE and self._given > ratio * self._taken:
            detail = (
                f"the body grows more than {ratio} times when unpacked ({size(self._taken)} gave {size(self._given)})"
            )
            raise Fault(FailureKind.TOO_LARGE, detail)
        return bite


class BodyReader:
    """Collects a body while it comes in. ``wire`` counts the bytes as sent."""

    def __init__(self, encoding: str | None, limits: Limits) -> None:
        """``encoding`` is the Content-Encoding line, comma-separated in the order applied. Raises `Fault`."""
        names = [name for part in (encoding or "").split(",") if (name := part.strip().lower()) not in PLAIN_NAMES]
        if len(names) > MOST_ENCODINGS:
            raise Fault(FailureKind.ENCODING, f"the body is encoded {len(names)} times over")
        self._stages = [Stage(open_codec(name), limits) for name in reversed(names)]
        self._limits = limits
        self._body = bytearray()
        self.wire = 0

    def feed(self, data: bytes) -> None:
        """Take bytes as they came. Raises `Fault`: TOO_LARGE past a limit, ENCODING for a damaged stream."""
        self.wire += len(data)
        if self.wire > self._limits.max_wire:
            raise Fault(FailureKind.TOO_LARGE, f"the body is longer than the {size(self._limits.max_wire)} allowed")
        pieces: Iterable[bytes] = (data,)
        for stage in self._stages:
            pieces = stage.feed(pieces)
        for piece in pieces:
            self._body += piece
        if len(self._body) > self._limits.max_decoded:
            limit = size(self._limits.max_decoded)
            raise Fault(FailureKind.TOO_LARGE, f"the body is longer than the {limit} allowed")

    def finish(self) -> bytes:
        """The decoded body. Raises `Fault` TRUNCATED where a compressed stream has not come to its end."""
        if self.wire and not all(stage.codec.whole() for stage in self._stages):
            raise Fault(FailureKind.TRUNCATED, "the compressed body breaks off before its end")
        return bytes(self._body)

    def so_far(self) -> bytes:
        """What has been decoded up to now."""
        return bytes(self._body)
