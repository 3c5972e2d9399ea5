"""Nouns and plain JSON values: nothing is lost on the way there and back, and what is empty costs no byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from aggregator.model import Bound, Entry, FeedState, Hints, Identity, Person, Precision, Reason, Rhythm, Stamp
from aggregator.proving import canonical
from aggregator.store.nouns import json_text, noun, plain
from tests.builders import NOW

WORDS = some.text(max_size=20)
INSTANTS = some.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=some.just(UTC))
STAMPS = some.builds(
    Stamp, raw=some.none() | WORDS, instant=some.none() | INSTANTS, precision=some.sampled_from(Precision)
)
PEOPLE = some.builds(Person, name=WORDS, email=some.none() | WORDS)
ENTRIES = some.builds(
    Entry,
    position=some.integers(0, 9),
    title=WORDS,
    content=WORDS,
    permalink=some.none() | some.booleans(),
    published=STAMPS,
    updated=some.none() | STAMPS,
    authors=some.lists(PEOPLE, max_size=2).map(tuple),
    points=some.lists(some.tuples(some.floats(-90, 90), some.floats(-180, 180)), max_size=2).map(tuple),
)
STATES = some.builds(
    FeedState,
    feed_id=some.just("a"),
    uuid=some.just("u"),
    tag=some.just("t"),
    added_at=INSTANTS,
    identity=some.sampled_from(Identity),
    id_changes=some.lists(INSTANTS, max_size=2).map(tuple),
    rhythm=some.builds(Rhythm, bins=some.just(()) | some.lists(some.floats(0, 9), min_size=3, max_size=3).map(tuple)),
    hints=some.builds(
        Hints, skip_hours=some.lists(some.integers(0, 23), max_size=3).map(tuple), expired=some.booleans()
    ),
    considered=some.lists(some.builds(Bound, at=INSTANTS, name=WORDS), max_size=2).map(tuple),
    longest_silence=some.none() | some.timedeltas(timedelta(0), timedelta(days=900)),
)


@given(ENTRIES)
def test_an_entry_comes_back(entry: Entry) -> None:
    """D-20: a stored version holds the whole entry."""
    assert noun(Entry, json.loads(json.dumps(plain(entry)))) == entry


@given(STATES)
def test_a_state_comes_back(state: FeedState) -> None:
    """H-06: what polling has learned is what the next poll reads, durations to the microsecond."""
    assert noun(FeedState, json.loads(json.dumps(plain(state)))) == state


ANY_TEXT = some.text(some.characters(), max_size=20)
SCALARS = some.none() | some.booleans() | some.integers() | some.floats() | ANY_TEXT | INSTANTS | some.timedeltas()
FACTS = some.recursive(
    SCALARS | some.sampled_from(Identity) | ENTRIES | STATES,
    lambda part: some.lists(part, max_size=3) | some.dictionaries(ANY_TEXT, part, max_size=3),
    max_leaves=8,
)


@given(FACTS)
def test_fast_json_has_the_bytes_of_canonical_json(facts: object) -> None:
    """D-20: rows and hashes of older versions hold, whatever encoder wrote them: floats, surrogates, order of keys."""
    assert json_text(facts) == canonical(plain(facts))


class Smart(str):
    """A text that a parser has made."""

    __slots__ = ()


def test_fast_json_knows_classes_made_of_texts_and_numbers() -> None:
    """What comes from a parser may be more than a text, and the edge of a float is written as it was."""
    numbers = (1e16, 1e-7, -0.0, 5e-324, 1.7e308, float("inf"), float("nan"), 2**70, -(2**63))
    facts = {
        "text": Smart("\ud800 £"),
        "numbers": numbers,
        "none": (),
        "points": ((1e-7, 1e22),),
        "\U0001f600": 1,
        "￿": 2,
    }
    assert json_text(facts) == canonical(plain(facts))


def test_what_is_empty_is_left_out() -> None:
    """Only an empty default is silent: a default that says something is written, in case it is changed later."""
    assert plain(Hints()) == {}
    assert plain(Stamp()) == {"zone": "assumed", "precision": "second", "status": "missing"}
    assert plain(Hints(ttl=0)) == {"ttl": 0}
    assert plain(Reason(rule="4.3/8", text="", evidence={})) == {"rule": "4.3/8", "text": "", "evidence": {}}


def test_forms_of_scalars() -> None:
    """Instants with six decimals, durations in seconds, enumerations by value, lone surrogates made visible."""
    assert plain(NOW) == NOW.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert plain(timedelta(minutes=1.5)) == 90.0
    assert plain({"a": Identity.LINK, "b": NOW.date(), 3: "\ud800"}) == {
        "a": "link",
        "b": f"{NOW:%Y-%m-%d}",
        "3": "\\ud800",
    }
    assert plain((0.5, 1, ("x",))) == [0.5, 1, ["x"]]


def test_what_a_later_version_wrote_besides_is_passed_over() -> None:
    """An older program reads what it knows."""
    assert noun(Hints, {"ttl": 5, "unheard_of": 1}) == Hints(ttl=5)
