"""The line of each key, in every form TOML allows."""

from __future__ import annotations

import tomllib

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.settings.lines import key_lines

TEXT = r'''# [no.table]
top = 1
[a] # comment with "quote
x = "# no comment \" ["
'quoted key' = 'C:\'
"esc\u0041ped" = 2
b.c = { d = [1,
  2], "e f" = "}" }
long = """
y = 1
[z]
\""" still
""""
raw = QQQ'
# not a comment
it's
QQQ # done
list = [
  # first
  "one", [ "two",
    'three' ],
]
[ "q.r" . s ]
[[many]]
k = 1
[[many]]
k = 2026-11-22T10:00:00Z
'''.replace("QQQ", "'" * 3)
LINES = {
    ("top",): 2,
    ("a",): 3,
    ("a", "x"): 4,
    ("a", "quoted key"): 5,
    ("a", "escAped"): 6,
    ("a", "b"): 7,
    ("a", "b", "c"): 7,
    ("a", "b", "c", "d"): 7,
    ("a", "b", "c", "d", 0): 7,
    ("a", "b", "c", "d", 1): 8,
    ("a", "b", "c", "e f"): 8,
    ("a", "long"): 9,
    ("a", "raw"): 14,
    ("a", "list"): 18,
    ("a", "list", 0): 20,
    ("a", "list", 1): 20,
    ("a", "list", 1, 0): 20,
    ("a", "list", 1, 1): 21,
    ("q.r",): 23,
    ("q.r", "s"): 23,
    ("many",): 24,
    ("many", 0): 24,
    ("many", 0, "k"): 25,
    ("many", 1): 26,
    ("many", 1, "k"): 27,
}


def test_every_form_of_key_is_found() -> None:
    """Tables, quoted and dotted keys, arrays, inline tables and multi-line strings keep their lines."""
    tomllib.loads(TEXT)
    assert key_lines(TEXT) == LINES


def test_windows_line_ends_count_once() -> None:
    """A file saved on Windows has the same line numbers."""
    assert key_lines(TEXT.replace("\n", "\r\n")) == LINES


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_string_value_is_stepped_over(value: str) -> None:
    """Law: whatever a string holds, the key after it is found in its line."""
    text = "a = " + tomlkit.item(value.encode("utf-8", "replace").decode()).as_string() + "\nb = 1\n"
    tomllib.loads(text)
    assert key_lines(text)[("b",)] == text.replace("\r\n", "\n").count("\n", 0, text.rindex("b = 1")) + 1
