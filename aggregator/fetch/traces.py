"""What a request left behind, for the politeness ledger: short digests of validators, headers that must not be sent."""

from __future__ import annotations

from hashlib import blake2b

from aggregator.model import Exchange, Request

FORBIDDEN = ("cookie", "referer")


def asked_with(request: Request, exchange: Exchange) -> str | None:
    """The validators that the final address got, as ``etag/last-modified`` digests; ``None`` where there were none."""
    known = request.validators
    if known is None or exchange.sent == "none":
        return None
    return _pair(
        known.etag if exchange.sent in ("etag", "both") else None,
        known.last_modified if exchange.sent in ("lm", "both") else None,
    )


def given(exchange: Exchange) -> str | None:
    """The validators that the answer carried, in the same form; ``None`` where it carried none."""
    found = dict(reversed(exchange.headers))
    etag, modified = found.get("etag"), found.get("last-modified")
    return _pair(etag, modified) if etag or modified else None


def flaws(request: Request) -> str:
    """Names of headers that no poll may carry (H-62), comma-separated; empty as it should be."""
    return ",".join(name for name, _ in request.headers if name.lower() in FORBIDDEN)


def _pair(etag: str | None, modified: str | None) -> str:
    return f"{_short(etag)}/{_short(modified)}"


def _short(value: str | None) -> str:
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest() if value else "-"
