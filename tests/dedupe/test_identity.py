"""P-11 to P-18 and R-01: which key is to be trusted, and how keys are spelled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.dedupe.identity import SPARE, identify, spare_keys
from aggregator.dedupe.keys import public_ids
from aggregator.model import Alias, Candidate, Entry, Identity, Key
from tests.dedupe.archive import NOON, OTHER, STORY, document, item, stamp

TAG = "tag:ours.example,2026:feed"


def keys(*entries: Entry, identity: Identity = Identity.GUID) -> list[str]:
    """The kinds of the keys, in document order."""
    found = sorted(identify(document(*entries), identity), key=lambda candidate: candidate.entry.position)
    return [candidate.key.partition(":")[0] for candidate in found]


def first(entry: Entry, identity: Identity = Identity.GUID) -> Candidate:
    """The only candidate of a document."""
    (candidate,) = identify(document(entry), identity)
    return candidate


def test_ids_are_compared_byte_by_byte() -> None:
    """P-11: case, slashes and spaces inside an id are part of it."""
    ids = ["A/1", "a/1", "a/1/", "a 1"]
    found = identify(document(*(item(raw_id, f"T{raw_id}", STORY + raw_id) for raw_id in ids)), Identity.GUID)
    assert {candidate.key for candidate in found} == {f"guid:{raw_id}" for raw_id in ids}


def test_one_id_on_every_item() -> None:
    """P-16: an id on entries of different title and link is unusable; the link tells them apart, else the text."""
    assert (
        keys(item("N/A", "A", link="https://x.example/1"), item("N/A", "B", OTHER, link="https://x.example/2"))
        == ["guid+link"] * 2
    )
    assert keys(item("N/A", "A", link=None), item("N/A", "B", OTHER, link=None)) == ["guid+text"] * 2
    same = "https://x.example/"
    three = [item("N/A", title, f"{title} {STORY}", link=same) for title in ("A", "B", "C")]
    assert keys(*three) == ["guid+text"] * 3
    assert keys(item("N/A", "A", link=same), item("N/A", "B", OTHER, link="https://x.example/b"), item("ok")) == [
        "guid+link",
        "guid+link",
        "guid",
    ]


def test_two_versions_of_one_entry() -> None:
    """P-18: one id, one link: the latest updated stays, else the first in the document."""
    old, new = item("a", "Swings"), item("a", "Swings: update", updated=stamp(NOON))
    assert [c.entry.title for c in identify(document(old, new), Identity.GUID)] == ["Swings: update"]
    assert [c.entry.title for c in identify(document(new, old), Identity.GUID)] == ["Swings: update"]
    assert [c.entry.title for c in identify(document(old, item("a", "Later")), Identity.GUID)] == ["Swings"]


def test_entries_without_id() -> None:
    """P-17: the link where it is unique in the document, else what the entry says; http equals https."""
    link = "https://x.example/1"
    assert keys(item(None, link=link)) == ["link"]
    assert first(item(None, link=link)).key == first(item(None, link="http://x.example/1")).key == "link:x.example/1"
    assert keys(item(None, "A", link=link), item(None, "B", OTHER, link=link)) == ["text", "text"]
    assert keys(item(None, link=None)) == ["text"]
    assert keys(item(None, link=link), item(None, link=link)) == ["link"]


def test_link_identity() -> None:
    """P-16: in link mode ids count only where there is no link, and lend no aliases."""
    assert keys(item("a"), item("b", link=None, title="B"), identity=Identity.LINK) == ["link", "guid"]
    found = first(item("https://x.example/random", link="https://x.example/1"), Identity.LINK)
    assert found.aliases == (Alias(kind="link", value="x.example/1"),)
    both = [item("a", "A", link="https://x.example/"), item("b", "B", OTHER, link="https://x.example/")]
    assert keys(*both, identity=Identity.LINK) == ["text", "text"]


def test_aliases() -> None:
    """P-14: id without scheme, its path and query, the canonical link; a bare host is no path."""
    found = first(item("http://News.Example/a?p=1#x", link="https://news.example/a"))
    assert {(alias.kind, alias.value) for alias in found.aliases} == {
        ("host", "news.example/a?p=1#x"),
        ("path", "/a?p=1#x"),
        ("link", "news.example/a"),
    }
    assert {alias.kind for alias in first(item("https://news.example/", link=None)).aliases} == {"host"}
    assert first(item("12346", link=None)).aliases == ()


def test_spare_keys() -> None:
    """P-16, P-17: where an entry goes whose id or address was given to another story."""
    assert spare_keys(first(item("a"))) == ("guid+link:news.example/a a",)
    assert spare_keys(first(item("a", link=None))) == ()
    assert spare_keys(first(item(None, link="https://x.example/1")))[0].startswith("text:")
    assert spare_keys(first(item("a"), Identity.LINK)) == ()
    assert all(key.startswith(SPARE) for one in (item("a"), item(None)) for key in spare_keys(first(one)))


@pytest.mark.parametrize("raw_id", ["x" * 100_000, "a\x00b", "half \ud83d"])
def test_keys_are_bounded_and_clean(raw_id: str) -> None:
    """P-12: a hostile id cannot make a long or unstorable key."""
    found = first(item(raw_id, link="https://x.example/" + "y" * 5000))
    spellings = (found.key, *spare_keys(found), *(alias.value for alias in found.aliases))
    assert all(len(text) < 600 and text.isprintable() and text.isascii() for text in spellings)
    assert first(item(raw_id + "z")).key != found.key


def test_oldest_first() -> None:
    """R-02: oldest first; undated ones last; ties in the direction of the feed."""

    def order(*entries: Entry) -> list[str | None]:
        return [candidate.entry.raw_id for candidate in identify(document(*entries), Identity.GUID)]

    day = timedelta(days=1)
    assert order(item("c", when=None), item("b"), item("a", when=NOON - day)) == ["a", "b", "c"]
    assert order(item("3", when=None), item("2", when=None), item("1", when=None)) == ["1", "2", "3"]
    assert order(item("1", when=NOON - day), item("2"), item("3")) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("raw_id", "permalink", "own"),
    [
        ("tag:fernleigh.example,2026:1", None, True),
        ("urn:uuid:1b2c", None, True),
        ("https://fernleigh.example/?p=1", None, True),
        ("https://fernleigh.example/?p=1", True, True),
        ("https://fernleigh.example/?p=1", False, False),
        ("tag:fernleigh.example,2026:1", True, False),
        ("12346", True, False),
        ("12346", None, False),
        ("javascript:alert(1)", None, False),
        ("https://fernleigh.example/a b", None, False),
        ("https://x.example/<script>", None, False),
        ("urn:" + "x" * 2000, None, False),
    ],
)
def test_public_ids(raw_id: str, permalink: bool | None, own: bool) -> None:
    """R-01: an absolute IRI of its own, else a tag of the feed; the last is always free."""
    found = public_ids(item(raw_id, permalink=permalink), TAG, Key(f"guid:{raw_id}"))
    assert (found[0] == raw_id) is own
    assert all(public_id.startswith(f"{TAG}/") for public_id in found[own:])
    assert [len(public_id) for public_id in found[own:]] == [len(TAG) + 33, len(TAG) + 65]


def test_untrusted_ids_are_not_published() -> None:
    """R-01, P-16: an id that several entries share names none of them."""
    entries = [item("https://x.example/", title, title + OTHER, link=f"https://x.example/{title}") for title in "AB"]
    found = [public_ids(c.entry, TAG, c.key) for c in identify(document(*entries), Identity.GUID)]
    assert all(public_id.startswith(TAG) for ids in found for public_id in ids)
    assert not set(found[0]) & set(found[1])


def test_public_id_is_the_hash_of_the_raw_id() -> None:
    """R-01: 32 hex digits of SHA-256 of the id, for ever."""
    assert public_ids(item("12346"), TAG, Key("guid:12346"))[0] == f"{TAG}/34d128f5b3dede622e107438fbefabdf"
