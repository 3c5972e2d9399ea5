"""Bodies unpacked within limits (H-64) and whole or not at all (H-51)."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from contextlib import suppress

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.fetch.decoding import BodyReader
from aggregator.fetch.faults import Fault
from aggregator.fetch.limits import Limits
from aggregator.model import FailureKind
from tests.fetch.server import FEED

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMITS = Limits(max_wire=200_000, max_decoded=600_000)


def raw_deflate(data: bytes) -> bytes:
    """deflate without its zlib wrapper, as some servers send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "identity": bytes,
    "": bytes,
    "UTF-8": bytes,
}


def unpack(encoding: str, data: bytes, step: int = 1 << 20, limits: Limits = LIMITS) -> bytes:
    """The whole way, in parts of ``step`` bytes."""
    reader = BodyReader(encoding, limits)
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
    assert reader.wire == len(data)
    return reader.finish()


def fault(encoding: str, data: bytes, step: int = 1 << 20, limits: Limits = LIMITS) -> FailureKind:
    """How unpacking fails."""
    with pytest.raises(Fault) as caught:
        unpack(encoding, data, step, limits)
    return caught.value.kind


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
@pytest.mark.parametrize("encoding", PACKERS)
def test_every_encoding_comes_back(encoding: str, step: int) -> None:
    """H-64: what was packed is what is read, however the bytes arrive."""
    assert unpack(encoding, PACKERS[encoding](FEED * 9), step) == FEED * 9


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=2_000), st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.integers(1, 400))
def test_packing_and_unpacking_is_nothing(body: bytes, encoding: str, step: int) -> None:
    """H-64: a round trip for any bytes and any cut."""
    assert unpack(encoding, PACKERS[encoding](body), step) == body


def test_raw_deflate_is_understood() -> None:
    """RFC 9110 8.4.1.2: some servers leave the zlib wrapper out."""
    assert unpack("deflate", raw_deflate(FEED), 5) == FEED


def test_two_encodings_are_undone_in_reverse_order() -> None:
    """RFC 9110 8.4: listed in the order applied; more than two are refused."""
    assert unpack("br, gzip", gzip.compress(brotli.compress(FEED)), 9) == FEED
    assert fault("gzip, gzip, gzip", gzip.compress(FEED)) is FailureKind.ENCODING


def test_an_encoding_nobody_asked_for_is_refused() -> None:
    """H-64: we asked for gzip, br and zstd."""
    assert fault("compress", FEED) is FailureKind.ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("step", [11, 1 << 20])
def test_a_cut_body_is_no_body(encoding: str, step: int) -> None:
    """H-51: every truncation is noticed, at any byte."""
    packed = PACKERS[encoding](FEED)
    for cut in range(1, len(packed), 3):
        assert fault(encoding, packed[:cut], step) is FailureKind.TRUNCATED


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_bytes_after_the_end_are_noticed(encoding: str) -> None:
    """H-51: trailing garbage in the same part or a later one."""
    packed = PACKERS[encoding](FEED) + b"<!-- cached -->"
    assert fault(encoding, packed) is FailureKind.ENCODING
    assert fault(encoding, packed, len(packed) - 15) is FailureKind.ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_plain_body_called_packed_is_refused(encoding: str) -> None:
    """H-51: bad gzip and its kin are failures, not feeds."""
    assert fault(encoding, FEED) in {FailureKind.ENCODING, FailureKind.TRUNCATED}


def test_a_flipped_byte_is_noticed() -> None:
    """H-51: gzip's checksum counts."""
    packed = bytearray(gzip.compress(FEED))
    packed[-6] ^= 0xFF
    assert fault("gzip", bytes(packed)) is FailureKind.ENCODING


def test_several_members_and_padding_are_sound() -> None:
    """RFC 1952 2.2, RFC 8878 3.1: members and frames follow one another; zeros pad."""
    assert unpack("gzip", gzip.compress(FEED) + gzip.compress(b"more") + b"\0" * 20, 13) == FEED + b"more"
    assert unpack("zstd", zstd.compress(FEED) + zstd.compress(b"more"), 13) == FEED + b"more"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_thousands_of_empty_members_are_an_attack(encoding: str) -> None:
    """H-64: work is bounded, not only output."""
    assert fault(encoding, PACKERS[encoding](b"") * 1_000) is FailureKind.ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_stopped_in_little_memory(encoding: str) -> None:
    """H-64: 30 MB of nothing never get unpacked."""
    bomb = PACKERS[encoding](bytes(30_000_000))
    tracemalloc.start()
    try:
        assert fault(encoding, bomb) is FailureKind.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_bomb_in_the_middle_of_a_chain_is_stopped() -> None:
    """H-64: the first stage has limits of its own."""
    assert fault("br, gzip", gzip.compress(brotli.compress(bytes(30_000_000)))) is FailureKind.TOO_LARGE
    assert fault("gzip, br", brotli.compress(gzip.compress(bytes(30_000_000)))) is FailureKind.TOO_LARGE


def test_the_limits_are_exact() -> None:
    """H-64: the limit itself passes, one byte more does not."""
    limits = Limits(max_wire=1_000, max_decoded=1_000, max_ratio=10_000)
    assert len(unpack("", bytes(1_000), limits=limits)) == 1_000
    assert fault("", bytes(1_001), limits=limits) is FailureKind.TOO_LARGE
    assert len(unpack("gzip", gzip.compress(bytes(1_000)), limits=limits)) == 1_000
    assert fault("gzip", gzip.compress(bytes(1_001)), limits=limits) is FailureKind.TOO_LARGE


def test_a_small_repetitive_feed_is_no_bomb() -> None:
    """H-64: the ratio counts only once there is something to count."""
    body = b"<item/>" * 9_000
    packed = brotli.compress(body)
    assert len(body) > 200 * len(packed)
    assert unpack("br", packed) == body
    assert fault("br", brotli.compress(b"<item/>" * 60_000)) is FailureKind.TOO_LARGE


def test_a_zstd_window_over_8_mb_is_refused() -> None:
    """H-64, RFC 9659: windows up to 8 MB."""
    stream = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 25})
    wide = stream.compress(FEED * 40) + stream.flush()
    assert fault("zstd", wide) is FailureKind.ENCODING
    stream = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 23})
    assert unpack("zstd", stream.compress(FEED * 40) + stream.flush()) == FEED * 40


def test_an_empty_body_is_empty_whatever_it_claims() -> None:
    """H-51: nothing sent is nothing, which the meaning judges."""
    assert unpack("gzip", b"") == b""


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]), st.binary(max_size=500))
def test_no_bytes_raise_anything_but_a_fault(encoding: str, data: bytes) -> None:
    """H-51: a publisher's bytes never become our exception."""
    with suppress(Fault):
        unpack(encoding, data, 100)
