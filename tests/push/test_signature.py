"""Whether a delivery is genuine."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.push import check

SECRET, BODY = "s" * 43, b"<feed/>"


def sign(method: str, secret: str = SECRET, body: bytes = BODY) -> str:
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_right_signatures_pass(method: str) -> None:
    """H-84: sha256 or better, and sha1 where the hub gives nothing else; hexadecimal in either case."""
    assert check(SECRET, sign(method), BODY).genuine
    assert check(SECRET, sign(method).upper(), BODY).genuine


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_wrong_signatures_do_not(method: str) -> None:
    """H-84: another secret, another body, a digest cut short."""
    assert not check(SECRET, sign(method, secret="other"), BODY).genuine
    assert not check(SECRET, sign(method), BODY + b" ").genuine
    assert not check(SECRET, sign(method)[:-2], BODY).genuine


@pytest.mark.parametrize("text", ["", " ", "sha256=", "md5=" + "0" * 32, "sha256", "=", "sha256=" + "g" * 64, "0" * 64])
def test_no_signature_is_no_proof(text: str) -> None:
    """H-84: content without a signature of a known kind is not read."""
    assert not check(SECRET, text, BODY).genuine


def test_only_the_strongest_counts() -> None:
    """H-84: a sound sha1 does not make up for a wrong sha256, but a wrong sha1 does no harm to a sound sha256."""
    assert not check(SECRET, f"{sign('sha1')},{sign('sha256', secret='x')}", BODY).genuine
    assert check(SECRET, f"{sign('sha1', secret='x')}, {sign('sha256')}", BODY).genuine
    assert not check(SECRET, f"{sign('sha256', secret='x')},{sign('sha256')}", BODY).genuine


def test_without_a_secret_nothing_can_be_signed() -> None:
    """H-81: a hub over http was given no secret."""
    assert check("", "", BODY).genuine


@settings(max_examples=100, deadline=None)
@given(some.text(max_size=200))
def test_hostile_signatures_never_pass_or_raise(text: str) -> None:
    """H-84: nobody guesses."""
    assert not check(SECRET, text, BODY).genuine
