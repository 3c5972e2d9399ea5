"""Feed ids from titles and addresses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.settings.slug import feed_id_for, is_slug, slug


@pytest.mark.parametrize(
    ("title", "url", "expected"),
    [
        ("Ambleford News", "https://x.uk/", "ambleford-news"),
        ("St Brychan’s: Café & Culture", "https://x.uk/", "st-brychans-cafe-and-culture"),
        (None, "https://www.ambleford.gov.uk/feed/", "ambleford"),
        ("新聞", "https://news.ambleford.co.uk/", "ambleford"),
        (None, "https://www.gov.uk/x.atom", "www-gov-uk"),
        (None, "http://127.0.0.1:8000/", "127-0-0-1"),
        (None, "https://[broken", "feed"),
    ],
)
def test_id_from_title_or_host(title: str | None, url: str, expected: str) -> None:
    """The title names the feed, else the telling part of its host."""
    assert feed_id_for(title, url) == expected


def test_taken_ids_are_numbered() -> None:
    """An id is permanent, so no other feed gets it."""
    assert feed_id_for("A", "https://x.uk/", {"a", "a-2"}) == "a-3"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=100), st.text(max_size=40), st.sets(st.sampled_from(["a", "feed", "b-2", "0"])))
def test_every_derived_id_is_a_free_slug(title: str, url: str, taken: set[str]) -> None:
    """Law: whatever the title and address, the id is a slug and not taken; a slug stays itself."""
    found = feed_id_for(title, url, taken)
    assert is_slug(found)
    assert found not in taken
    assert slug(found) == found


def test_long_titles_leave_room_for_a_number() -> None:
    """An id is never longer than 64 characters, numbered or not."""
    first = feed_id_for("x" * 200, "")
    second = feed_id_for("x" * 200, "", {first})
    assert len(first) == 64
    assert is_slug(second)
    assert second.endswith("-2")
