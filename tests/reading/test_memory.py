"""The stored form of a memory."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from aggregator.reading.memory import FORM, pack

NOW = datetime(2026, 7, 7, tzinfo=UTC)
CHARACTERS = st.characters(codec=None)
VALUES = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(CHARACTERS), st.lists)


@given(st.lists(st.lists(VALUES)))
def test_the_stored_form_is_plain_json(rows: list[list[object]]) -> None:
    """Whichever library writes it: the same bytes for the same rows, half characters included."""
    text = json.dumps([FORM, int(NOW.timestamp()), rows], separators=(",", ":"), ensure_ascii=False)
    assert zlib.decompress(pack(rows, NOW)) == text.encode("utf-8", "surrogatepass")
