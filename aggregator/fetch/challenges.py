"""Recognises answers that shut out programs: challenge pages of protection services, never an ordinary page (H-47)."""

from __future__ import annotations

from aggregator.model import Response

CHALLENGE_HEADERS = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", "challenge"),
    ("x-amzn-waf-action", "captcha"),
    ("sg-captcha", "challenge"),
)
# Strings that the pages cannot work without, hence hardly in a page about anything else; all lower case.
CHALLENGE_MARKS = (
    b"_cf_chl_opt",
    b"/.well-known/sgcaptcha/",
    b"_incapsula_resource",
    b"captcha-delivery.com/",
    b"awswafintegration",
    b'id="px-captcha"',
    b"/.within.website/x/cmd/anubis/",
    b"sucuri_cloudproxy_js",
    b"/.well-known/ddos-guard/",
)
CHALLENGE_TITLES = (
    b"<title>just a moment...</title>",
    b"<title>attention required! | cloudflare</title>",
    b"<title>ddos-guard</title>",
    b"<title>making sure you&#39;re not a bot!</title>",
)
CHALLENGED = frozenset({200, 202, 401, 403, 405, 429, 503})
PAGE_STARTS = (b"<!doctype html", b"<html")
EXAMINED = 128 * 1024


def is_challenge(response: Response) -> bool:
    """Whether an answer asks its reader to prove that it is a person, by header or by the page it sent."""
    if any((name, value.strip().lower()) in CHALLENGE_HEADERS for name, value in response.headers):
        return True
    if response.status not in CHALLENGED:
        return False
    start = response.body[:EXAMINED].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start.startswith(PAGE_STARTS):
        return False
    return any(mark in start for mark in CHALLENGE_MARKS + CHALLENGE_TITLES)
