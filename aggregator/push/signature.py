"""Whether delivered content is from the hub that knows the secret (H-84). Pure; compares in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

METHODS = ("sha512", "sha384", "sha256", "sha1")
"""Strongest first; only the strongest that a delivery bears counts."""
_SIGNED = re.compile(r"(sha1|sha256|sha384|sha512)=([0-9a-f]{40,128})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Whether content may be read, and why, in words for people."""

    genuine: bool
    reason: str


def check(secret: str, signature: str, body: bytes) -> Checked:
    """Judge ``X-Hub-Signature`` (all its lines, joined by commas) over the body as it came.

    sha1 counts only where the hub gives nothing better: a sound sha1 does not make up for a wrong sha256. An empty
    ``secret`` means that none was sent, because the hub is reached over http: then nothing can be signed.
    """
    if not secret:
        return Checked(genuine=True, reason="not signed: this hub knows no secret")
    parts = [_SIGNED.fullmatch(part.strip().lower()) for part in signature.split(",")]
    known = [(part[1], part[2]) for part in parts if part]
    if not known:
        return Checked(
            genuine=False, reason="no signature" if not signature.strip() else "no signature of a known kind"
        )
    method = min((name for name, _ in known), key=METHODS.index)
    given = {value for name, value in known if name == method}
    if len(given) > 1:
        return Checked(genuine=False, reason=f"two different {method} signatures")
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    genuine = hmac.compare_digest(expected, given.pop())
    return Checked(genuine=genuine, reason=f"signed with {method}" if genuine else f"wrong {method} signature")
