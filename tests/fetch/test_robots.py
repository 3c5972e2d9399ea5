"""robots.txt by RFC 9309: H-67."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.fetch.robots import LARGEST, NOTHING_SAID, read_robots, robots_url

SITE = "https://ashmere.example"


def allowed(text: str, path: str) -> bool:
    """What the file says of a path to us."""
    return read_robots(text.encode(), "Aggregator").allows(SITE + path)


@pytest.mark.parametrize(
    ("rules", "path", "allow"),
    [
        ("Disallow: /", "/feed", False),
        ("Disallow:", "/feed", True),
        ("Disallow: /news", "/newsletter", False),
        ("Disallow: /\nAllow: /feed", "/feed/", True),
        ("Allow: /feed\nDisallow: /feed", "/feed", True),
        ("Disallow: /*.xml$", "/a/b.xml", False),
        ("Disallow: /*.xml$", "/a/b.xml?x=1", True),
        ("Disallow: /a*c*e", "/abcde", False),
        ("Disallow: /a*c*e", "/abce/x", False),
        ("Disallow: /a*c*e", "/aec", True),
        ("Disallow: /*?", "/feed?page=2", False),
        ("Disallow: *secret", "/very/secret", False),
        ("Disallow: /fish$", "/fish", False),
        ("Disallow: /fish$", "/fishes", True),
        ("Disallow: /caf%c3%a9", "/café", False),
        ("Disallow: /café", "/caf%C3%A9", False),
        ("Disallow: /%7Ejoe", "/~joe/feed", False),
        ("Disallow: /", "/robots.txt", True),
        ("disallow : /x # not this one", "/x", False),
    ],
)
def test_the_longest_rule_wins(rules: str, path: str, allow: bool) -> None:
    """RFC 9309 2.2: octets of the pattern count, allow wins a tie, ``*`` and ``$`` are special."""
    assert allowed(f"User-agent: *\n{rules}", path) is allow


def test_a_group_that_names_us_goes_first() -> None:
    """RFC 9309 2.2.1: in any case, with or without a version, several groups together; others do not concern us."""
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Other\nUser-Agent: AGGREGATOR/2.0\nDisallow: /a\n\n"
    text += "User-agent: aggregator\nDisallow: /b\n"
    robots = read_robots(text.encode(), "Aggregator")
    assert robots.named
    assert [robots.allows(SITE + path) for path in ("/a", "/b", "/c")] == [False, False, True]
    stranger = read_robots(b"User-agent: Aggregatorix\nDisallow: /", "Aggregator")
    assert not stranger.named
    assert stranger.allows(SITE + "/feed")


def test_rules_before_any_group_and_odd_lines_say_nothing() -> None:
    """RFC 9309 2.2: what cannot be read forbids nothing; a byte-order mark and old line ends are no trouble."""
    text = "Disallow: /\n\ufeffnonsense\rCrawl-delay: 10\r\nUser-agent: *\rDisallow: /x\rSitemap: y"
    assert allowed(text, "/feed")
    assert not allowed(text, "/x")
    assert not allowed("\ufeffUser-agent: *\nDisallow: /x", "/x")


def test_half_a_megabyte_is_read() -> None:
    """H-67: 500 KiB; a line that is cut there is left out."""
    padding = b"# " + b"x" * 998 + b"\n"
    early = b"User-agent: *\nDisallow: /early\n" + padding * 600 + b"Disallow: /late\n"
    robots = read_robots(early, "Aggregator")
    assert [robots.allows(SITE + path) for path in ("/early", "/late")] == [False, True]
    start = b"User-agent: *\nDisallow: /"
    cut = start + b"a" * (LARGEST - len(start)) + b"bc"
    assert read_robots(cut, "Aggregator").allows(SITE + "/aaa")


@settings(max_examples=100, deadline=None)
@given(some.binary(max_size=200), some.text(max_size=30))
def test_nothing_makes_it_fall(body: bytes, path: str) -> None:
    """Both come from strangers."""
    read_robots(b"User-agent: *\nDisallow: " + body, "Aggregator").allows(f"{SITE}/{path}")


def test_a_pattern_of_stars_costs_nothing() -> None:
    """A hostile pattern must not take exponential time."""
    assert allowed("User-agent: *\nDisallow: /" + "*a" * 2000 + "b$", "/" + "a" * 3000)


def test_where_the_rules_are() -> None:
    """One file for each scheme, host and port; no password goes there."""
    assert robots_url("https://user:pw@ashmere.example:8443/a/b?c") == "https://ashmere.example:8443/robots.txt"
    assert NOTHING_SAID.allows(SITE)
