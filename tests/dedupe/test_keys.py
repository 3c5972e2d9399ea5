"""How addresses are cut up: the short ways give what the long ones do."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from hypothesis import example, given
from hypothesis import strategies as some

from aggregator.dedupe.keys import aliases_of_id, plain_link

MARKS = some.sampled_from(["/", "?", "#", "//", "[", "]", ":", "@", ";", "%", "&", "\\", "|", " ", "\t", "\n", "\x1f"])
WORDS = some.sampled_from(
    ["a", "b.example", "Ashmere", "2026", "..", "é", "℀", "１", "\u3002", "\x7f", "{x}", "^", "~", '"']
)
SCHEMES = some.sampled_from(["http://", "https://", "HTTP://", "Https://", "ftp://", "tag:", "http:/", ""])
ADDRESSES = some.builds(
    lambda scheme, parts: scheme + "".join(parts), SCHEMES, some.lists(MARKS | WORDS | SCHEMES, max_size=9)
)


def path_by_the_library(address: str) -> str:
    """Path, query and fragment as the standard library parts them."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")


@given(ADDRESSES)
@example("http://a.example/?p=1")
@example("https://a.example:8080?x#y?z#w")
@example("https://a.example/a?#")
@example("http://a.example/x#?y")
def test_paths_are_those_of_the_library(address: str) -> None:
    """P-14 b: however an id is written."""
    paths = [alias.value for alias in aliases_of_id(address) if alias.kind == "path"]
    path = path_by_the_library(address) if re.match("https?://[^/?#]", address, re.IGNORECASE) else ""
    if re.search("[\x00-\x1f\x7f]", path):
        assert paths == [] or paths[0].startswith("sha256:")
    else:
        assert paths == ([path] if path.strip("/") else [])


@given(ADDRESSES)
def test_plain_links_have_no_scheme(link: str) -> None:
    """P-21: http equals https."""
    assert plain_link(link) == re.sub("https?://", "", link, count=1, flags=re.IGNORECASE)
