"""The chain and the digests: their bytes are a promise, since others hold hashes of ours."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from aggregator.proving import GENESIS, LATER, canonical, link, row_digest, sha256

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, st.integers(1), TEXT, TEXT, st.none() | st.integers(1), TEXT, TEXT)
def test_a_link_is_the_hash_of_canonical_json(
    before: str, seq: int, kind: str, feed: str, entry: int | None, at: str, payload: str
) -> None:
    """D-20: what is written by hand for speed has the bytes of the JSON that the docstring names."""
    row = json.dumps([seq, kind, feed, entry, at, payload], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert link(before, seq, kind, feed, entry, at, payload) == sha256(before + row)


@given(st.dictionaries(TEXT, TEXT | st.integers() | st.none() | st.booleans()))
def test_canonical_json_does_not_depend_on_order(row: dict[str, str | int | None]) -> None:
    """D-20: equal rows have equal digests, whatever order their columns come in."""
    turned = dict(reversed(row.items()))
    assert (
        canonical(row)
        == canonical(turned)
        == json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    )
    assert row_digest(row) == row_digest(turned)


@given(st.dictionaries(TEXT, TEXT | st.integers() | st.none() | st.booleans() | st.floats()))
def test_a_row_digest_is_the_hash_of_canonical_json(row: dict[str, str | int | float | None]) -> None:
    """D-20: whichever encoder wrote it."""
    told = {name: fact for name, fact in row.items() if name not in LATER or fact != LATER[name]}
    assert row_digest(row) == sha256(canonical(told))


def test_hashes_never_change() -> None:
    """D-20: hashes that witnesses noted hold in every later version of this program."""
    first = link(GENESIS, 1, "feed_added", "ashmere", None, "2026-07-01T09:00:00.000000Z", '{"url":"£"}')
    assert first == "7da42a3f676c68bab0d21d8fb5243b2ec75f2d4d1fcaf43b644831bb283c6274"
    row = row_digest({"b": None, "a": "“", "c": 1})
    assert row == "07028a60c1d24e5b5378b737f8d3c32358f792cff10ab724c173a95e0a1ef079"
