"""Sealed documents as one compressed text: both formats say the same, so the second costs little. Pure."""

from __future__ import annotations

from backports import zstd

from aggregator.errors import StoreError

LEVEL = 9
_OPTIONS: dict[int, int] = {
    zstd.CompressionParameter.compression_level: LEVEL,
    zstd.CompressionParameter.enable_long_distance_matching: 1,
    zstd.CompressionParameter.checksum_flag: 1,
}
_SIZE = 8


def pack(atom: bytes, rss: bytes) -> bytes:
    """Both documents in one compressed frame with a checksum."""
    return zstd.compress(len(atom).to_bytes(_SIZE) + atom + rss, options=_OPTIONS)


def unpack(packed: bytes) -> tuple[bytes, bytes]:
    """The way back. Raises `StoreError` where the frame is damaged."""
    try:
        whole = zstd.decompress(packed)
    except zstd.ZstdError as error:
        raise StoreError(f"a sealed document cannot be read back: {error}") from error
    size = int.from_bytes(whole[:_SIZE])
    return whole[_SIZE : _SIZE + size], whole[_SIZE + size :]
