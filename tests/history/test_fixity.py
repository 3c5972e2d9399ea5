"""The laws of the journal: whatever is done to its rows, the first bad one is named."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from aggregator.history.fixity import ChainCheck, Witness, witnesses_of
from aggregator.model import Flaw
from aggregator.ports import JournalLine
from aggregator.proving import GENESIS, head_line, journal_day, link, rest_digest

LONGEST = 30
PLACES = st.integers(1, LONGEST - 1)


def chain(length: int = LONGEST) -> tuple[list[JournalLine], list[tuple[int, str]]]:
    """A sound journal of so many rows, seven hours apart, and where its days begin."""
    rows: list[JournalLine] = []
    days: list[tuple[int, str]] = []
    before, day = GENESIS, ""
    for seq in range(1, length + 1):
        at = f"2026-07-{1 + seq * 7 // 24:02}T{seq * 7 % 24:02}:00:00.000000Z"
        payload = f'{{"poll":{seq}}}'
        before = link(before, seq, "added", "ashmere", seq, at, payload)
        rows.append((seq, "added", "ashmere", seq, at, payload, before))
        if journal_day(day, at) != day:
            day = journal_day(day, at)
            days.append((seq, day))
    return rows, days


ROWS, DAYS = chain()


def flaws(rows: list[JournalLine], *witnesses: Witness, days: list[tuple[int, str]] = DAYS) -> list[Flaw]:
    """What is wrong with these rows."""
    return list(ChainCheck(witnesses, days).flaws(rows))


def renumbered(row: JournalLine, seq: int) -> JournalLine:
    """The same row under another number."""
    return (seq, *row[1:])


def test_a_sound_journal_has_no_flaw() -> None:
    """A clean archive passes, an empty one too, and the head is that of the last row."""
    check = ChainCheck((), DAYS)
    assert list(check.flaws(ROWS)) == []
    assert (check.seq, check.hash) == (LONGEST, ROWS[-1][6])
    assert flaws([], days=[]) == []


@given(PLACES, st.integers(1, 6), st.text(min_size=1, max_size=3))
def test_a_changed_row_is_named(place: int, column: int, change: str) -> None:
    """Whichever field of a row is changed, that row is the first bad one."""
    row = list(ROWS[place])
    row[column] = 999 if column == 3 else f"{row[column]}{change}"
    found = flaws([*ROWS[:place], tuple(row), *ROWS[place + 1 :]])  # type: ignore[list-item]
    assert (found[0].table, found[0].record) == ("journal", str(place + 1))


@given(st.integers(0, LONGEST - 2))
def test_a_dropped_row_is_named(place: int) -> None:
    """A row that is gone is named by its number, wherever it stood before the end."""
    found = flaws([*ROWS[:place], *ROWS[place + 1 :]])
    assert (found[0].table, found[0].record) == ("journal", str(place + 1))
    assert "missing" in found[0].text


@given(PLACES, PLACES)
def test_swapped_rows_are_named(one: int, other: int) -> None:
    """Of two rows that changed places the first is named."""
    first, second = sorted((one, other))
    rows = list(ROWS)
    rows[first] = renumbered(ROWS[second], first + 1)
    rows[second] = renumbered(ROWS[first], second + 1)
    found = flaws(rows)
    assert (found == []) == (first == second)
    assert not found or found[0].record == str(first + 1)


@given(PLACES)
def test_a_journal_written_anew_from_a_row_on_convinces_no_witness(place: int) -> None:
    """Who can compute every later hash again still cannot change what somebody noted before."""
    rows, before = list(ROWS[:place]), ROWS[place - 1][6]
    for seq, kind, feed, entry, at, payload, _ in ROWS[place:]:
        before = link(before, seq, kind, feed, entry, at, payload.replace("poll", "pole"))
        rows.append((seq, kind, feed, entry, at, payload.replace("poll", "pole"), before))
    assert flaws(rows) == []
    noted = [Witness(seq=row[0], hash=row[6], origin="a friend") for row in ROWS]
    found = flaws(rows, *noted)
    assert [each.record for each in found] == [str(seq) for seq in range(place + 1, LONGEST + 1)]
    assert "a friend noted another hash" in found[0].text


def test_a_journal_cut_short_is_known_by_its_witness() -> None:
    """Rows gone from the end leave a sound chain; only who noted a later head can tell."""
    noted = Witness(seq=25, hash=ROWS[24][6], origin="the published list")
    assert flaws(ROWS[:20], days=[day for day in DAYS if day[0] <= 20]) == []
    found = flaws(ROWS[:20], noted, days=[day for day in DAYS if day[0] <= 20])
    assert [(each.record, "ends with row 20" in each.text) for each in found] == [("25", True)]


@given(st.integers(0, len(DAYS) - 1))
def test_the_list_of_days_is_checked(place: int) -> None:
    """The table that daily heads are read from must say what the journal says."""
    seq, _ = DAYS[place]
    without = flaws(ROWS, days=[*DAYS[:place], *DAYS[place + 1 :]])
    assert [(each.table, each.record) for each in without] == [("days", str(seq))]
    wrong = flaws(ROWS, days=[*DAYS[:place], (seq, "2001-01-01"), *DAYS[place + 1 :]])
    assert [(each.table, each.record) for each in wrong] == [("days", str(seq))]
    beyond = flaws(ROWS, days=[*DAYS, (LONGEST + 5, "2026-08-01")])
    assert [(each.table, each.record) for each in beyond] == [("days", str(LONGEST + 5))]


@given(st.lists(st.tuples(st.integers(), st.text(), st.text(), st.integers() | st.none(), *[st.text()] * 3)))
def test_no_row_is_too_strange(rows: list[JournalLine]) -> None:
    """Bad input: a database of anything at all gives flaws, never an exception."""
    assert all(flaw.table in {"journal", "days"} for flaw in flaws(rows))
    assert bool(rows) == bool(flaws(rows, days=[]))


def test_a_list_of_heads_is_read_with_its_remarks() -> None:
    """Witnesses keep the published list as it is."""
    text = f"# words\n{head_line('2026-07-01', 3, 'a' * 64)}\n\n{head_line('2026-07-02', 9, 'b' * 64)}\n"
    assert [(each.seq, (each.hash or "")[0]) for each in witnesses_of(text, "x")] == [(3, "a"), (9, "b")]


def test_a_witness_may_know_the_number_only() -> None:
    """What was published up to a row shows that the row was there, whatever its hash."""
    assert flaws(ROWS, Witness(seq=9, hash=None, origin="x")) == []
    assert [each.record for each in flaws(ROWS, Witness(seq=99, hash=None, origin="x"))] == ["99"]


def vouched(kind: str) -> tuple[list[JournalLine], JournalLine]:
    """Two rows: one that was redacted, and a sound one of this kind that vouches for what is left of it."""
    at = "2026-07-01T00:00:00.000000Z"
    own = link(GENESIS, 1, "added", "ashmere", 1, at, '{"title":"words"}')
    rest = (1, "added", "ashmere", 1, at, "{}", own)
    payload = json.dumps({"rows": [[1, rest_digest(rest)]]})
    voucher = (2, kind, "ashmere", 1, at, payload, link(own, 2, kind, "ashmere", 1, at, payload))
    return [rest, voucher], voucher


def test_only_a_takedown_vouches_for_a_redacted_row() -> None:
    """R-39: a row changed by hand is not sound because the table of takedowns was made to point at some other row."""
    days = [(1, "2026-07-01")]
    rows, voucher = vouched("forgotten")
    assert list(ChainCheck((), days, [voucher]).flaws(rows)) == []
    rows, voucher = vouched("settled")
    assert [flaw.record for flaw in ChainCheck((), days, [voucher]).flaws(rows)] == ["1"]
    rows, voucher = vouched("forgotten")
    assert [flaw.record for flaw in ChainCheck((), days, [voucher]).flaws(rows[:1])] == ["1"], "the voucher is gone"
