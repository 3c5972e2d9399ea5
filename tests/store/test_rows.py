"""Nouns to rows and back: nothing of a noun may be lost, and text order must be time order."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.model import FeedState
from aggregator.store.feed_rows import LEARNED, state_row
from aggregator.store.hosts import host_of
from aggregator.store.values import instant, instant_text, second_of, whole_second
from tests.builders import NOW

INSTANTS = some.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=some.just(UTC))
GIVEN_ONCE = {"feed_id", "uuid", "tag", "added_at"}
RENAMED = {"validators": "etag", "interval": "interval_seconds"}


def test_every_field_of_the_state_is_stored() -> None:
    """H-06: a field added to the state and forgotten here would be lost after each poll."""
    columns = state_row(FeedState(feed_id="a", uuid="u", tag="t", added_at=NOW))
    for field in fields(FeedState):
        assert field.name in GIVEN_ONCE | set(LEARNED) or RENAMED.get(field.name, field.name) in columns


@settings(max_examples=100, deadline=None)
@given(INSTANTS, INSTANTS)
def test_text_order_is_time_order(one: datetime, two: datetime) -> None:
    """Leases and due times are compared as text in the database."""
    assert instant(instant_text(one)) == one
    assert second_of(instant_text(one)) == whole_second(one)
    assert (instant_text(one) < instant_text(two)) == (one < two)


def test_host_is_the_name_alone() -> None:
    """H-70: port, case and a final dot make no other host; an address without one stands for itself."""
    assert {host_of(f"https://{name}/x") for name in ("A.example", "a.example:8443", "a.example.")} == {"a.example"}
    assert host_of("http://[bad/") == "http://[bad/"
