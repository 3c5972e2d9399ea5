"""D-03 to D-05: the hashes, by their literal values, and what may and may not move them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.dedupe.fingerprint import WORDLESS, _is_strong, _lead, fingerprint, fingerprints
from aggregator.dedupe.links import comparable
from aggregator.model import Document, Enclosure, Entry, FeedProfile, Fingerprint, Person
from tests.dedupe.archive import NOON, STORY, stamp

BODY = (
    '<p>The council’s plan for <a href="/swings?utm_source=rss&amp;id=7#top">Mossgate Park</a> costs £500.</p>'
    '<p><img src="https://cdn.example/park.jpg?token=abc&amp;w=9">It opens in May, the cabinet member has promised.</p>'
)
BASE = "https://fernleigh.example/feed"
LIMIT = settings(max_examples=60, deadline=None)
ENTRY = Entry(
    position=0,
    raw_id="7",
    title="Swings – agreed",
    link="https://fernleigh.example/swings",
    content=BODY,
    base="https://fernleigh.example/feed",
    raw_date="Tue, 10 Mar 2026 12:00:00 GMT",
    authors=(Person(name="Ida Thorne"),),
    enclosures=(Enclosure(url="https://fernleigh.example/plan.pdf"),),
)


def test_literal_hashes() -> None:
    """D-03, D-04: these values may change only together with the version."""
    assert fingerprint(ENTRY) == Fingerprint(
        content="d3e2cfc1735980f28507fa62f977f81e672c8042d4905ec30f28648946408112",  # type: ignore[arg-type]
        revision="4600697af195d726ec2cb4d46d48b3f2e6a27b1d5035267b6fbc3d5781544569",  # type: ignore[arg-type]
        title="c9df407932c558c83cd162c1d873896b29a3c28d5a2ce32745079ce20d391129",
        lead="61009b97575eb2f2e448f79f2701070d2dd18642cd630b4b11d1be83fc867622",
        strong=True,
        version="1.1",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"published": stamp(NOON)},
        {"updated": stamp(NOON)},
        {"comments": "https://fernleigh.example/swings#comments"},
        {"link": "http://fernleigh.example/swings"},
        {"content": BODY.replace("utm_source=rss&amp;", "UTM_medium=x&amp;")},
        {"content": BODY.replace("#top", "")},
        {"content": BODY.replace("token=abc", "token=def")},
        {"content": BODY.replace("/swings?", "https://fernleigh.example/swings?")},
        {"content": BODY.replace("<img ", "<img width=3 height=4 class=big ")},
        {"content": BODY.replace("<p>", "<div>").replace("</p>", "</div>\n\n")},
        {"base": "http://fernleigh.example/other/feed?page=2"},
        {"title": "Swings  –\n agreed"},
    ],
)
def test_what_is_no_revision(changes: dict[str, object]) -> None:
    """D-04: dates, trackers, signatures, fragments, sizes, schemes and layout are not the text."""
    assert fingerprint(replace(ENTRY, **changes)).revision == fingerprint(ENTRY).revision  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"content": BODY.replace("£500", "£900")},
        {"content": BODY.replace("£500", "£5.00")},
        {"content": BODY.replace("£", "€")},
        {"content": BODY.replace("council", "Council")},
        {"content": BODY.replace("/swings?", "/slides?")},
        {"content": BODY.replace("id=7", "id=8")},
        {"content": BODY.replace("park.jpg", "quay.jpg")},
        {"title": "Swings – agreed?"},
        {"link": "https://fernleigh.example/swings-2"},
        {"authors": (Person(name="Ida Thorn"),)},
        {"enclosures": ()},
        {"base": "https://elsewhere.example/feed"},
    ],
)
def test_what_is_a_revision(changes: dict[str, object]) -> None:
    """D-04: a figure, a sign, a letter's case, an address, an author: each is a new version."""
    assert fingerprint(replace(ENTRY, **changes)).revision != fingerprint(ENTRY).revision  # type: ignore[arg-type]


def test_content_hash_sees_words_only() -> None:
    """D-03: the same release on two sites agrees; another figure or title does not."""
    here = fingerprint(ENTRY)
    copy = replace(
        ENTRY,
        link="https://paper.example/1",
        authors=(),
        enclosures=(),
        title="SWINGS - AGREED",
        content=BODY.replace("’", "'").replace("p>", "div>"),
    )
    assert fingerprint(copy).content == here.content
    assert fingerprint(replace(copy, content=copy.content.replace("500", "900"))).content != here.content
    assert fingerprint(replace(copy, title="Slides agreed")).content != here.content


@LIMIT
@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9))
def test_a_changed_number_is_always_a_revision(a: int, b: int) -> None:
    """D-04: whatever the number, changing it is a new version and another text."""
    one, two = (fingerprint(replace(ENTRY, content=f"<p>It costs £{sum_} in all.</p>")) for sum_ in (a, b))
    assert (one.revision == two.revision) == (one.content == two.content) == (a == b)


@pytest.mark.parametrize(
    ("title", "words", "strong"), [("a b c d e f g h", 12, True), ("a b c d e f g", 12, False), ("t " * 30, 11, False)]
)
def test_strength(title: str, words: int, strong: bool) -> None:
    """D-05: strong is a body of twelve words, and twenty with the title."""
    assert fingerprint(replace(ENTRY, title=title, content="word " * words)).strong is strong


def test_titles_without_words_are_known_as_such() -> None:
    """P-14: a title that says nothing must support nothing."""
    assert fingerprint(replace(ENTRY, title="…")).title == WORDLESS
    assert fingerprint(ENTRY).title != WORDLESS


def test_lead_ignores_what_follows_two_hundred_words() -> None:
    """P-17: title, link, raw date and the first 200 words, and nothing that we observed."""
    long = replace(ENTRY, content="word " * 200 + "end")
    assert fingerprint(long).lead == fingerprint(replace(long, content="word " * 200 + "changed", raw_id="8")).lead
    for change in ({"raw_date": "x"}, {"link": "https://x.example/"}, {"title": "T"}, {"content": "word " * 199 + "x"}):
        assert fingerprint(replace(long, **change)).lead != fingerprint(long).lead  # type: ignore[arg-type]


@given(st.lists(st.integers(1, 12), max_size=260), st.integers(0, 25))
def test_words_are_counted_without_taking_them_apart(lengths: list[int], titled: int) -> None:
    """D-05, P-17: what counts words in a joined text agrees with a list of them, on both sides of every bound."""
    for times in (1, 7):
        words = [b"x" * length for length in lengths] * times
        body = b" ".join(words)
        assert _lead(body) == b" ".join(words[:200])
        assert _is_strong(titled, body) is (len(words) >= 12 and titled + len(words) >= 20)


def test_names_of_the_document_count_from_the_first_poll() -> None:
    """D-02, D-22: what the feed calls itself comes from the document, so the first poll hashes like the tenth."""
    feed = FeedProfile(title="Fernleigh News", site_url="https://www.fernleigh.example/")
    for name in ("Fernleigh News", "www.fernleigh.example", "fernleigh.example", "The Fernleigh Site"):
        document = Document(
            version="rss20", encoding="utf-8", feed=feed, entries=(replace(ENTRY, title=f"Swings – agreed | {name}"),)
        )
        (found,) = fingerprints(document, ("The Fernleigh Site",))
        assert found.content == fingerprint(ENTRY).content


@LIMIT
@given(st.text("ab/.:@ \n?&=#%é", max_size=20), st.sampled_from(["", "utm_source=x&", "&&", "sig=1&q=2&", "a=b&gclid"]))
def test_usual_addresses_take_no_detour(rest: str, query: str) -> None:
    """D-04: an address in the usual spelling is compared like one whose scheme is shouted."""
    for end in (rest, f"host.example/{rest}?{query}", f"host.example?{query}{rest}", f"Host.example:80/{query}"):
        assert comparable(f"https://{end}", BASE) == comparable(f"HTTPS://{end}", BASE)


def test_odd_characters_are_no_obstacle() -> None:
    """Hostile input: half characters and separators hash like any others."""
    odd = replace(ENTRY, title="\ud83d\x1f", content=STORY + "\udc00\x00", link="https://x.example/\ud83d")
    assert len(fingerprint(odd).revision) == 64
