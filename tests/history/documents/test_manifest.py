"""The list beside saved documents, and how it can be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.history.documents.manifest import MOST_FILES, Manifest, read_manifest
from aggregator.model import Slip, Split
from aggregator.reading_saved import civil

TOML = """
[[document]]
file = "2017/july.html"
url = "http://thorne.example/2017/07/"
date = 2017-07-14
split = "always"

[[document]]
file = "roof.txt"
title = "The roof"
date = "2017-06"
"""
CSV = """file,url,title,date,split
2017\\july.html,http://thorne.example/2017/07/,,14 July 2017,always
roof.txt,,"The roof, \"\"again\"\"",2017-06,

"""


def read(text: str | bytes, name: str = "manifest.csv") -> Manifest:
    """The list in these words."""
    return read_manifest(name, text.encode() if isinstance(text, str) else text, civil)


def test_toml() -> None:
    """A table for each file; TOML's own dates are dates too."""
    found = read(TOML, "manifest.toml")
    assert not found.mistakes
    assert found.slips == {
        "2017/july.html": Slip(url="http://thorne.example/2017/07/", date="2017-07-14", split=Split.ALWAYS),
        "roof.txt": Slip(title="The roof", date="2017-06"),
    }


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv(delimiter: str) -> None:
    """A line for each file, with the separator of either spreadsheet, a BOM, paths of Windows, blank lines."""
    text = "\ufeff" + CSV.replace(",", delimiter) if delimiter == ";" else "\ufeff" + CSV
    found = read(text)
    assert not found.mistakes
    assert found.slips["2017/july.html"].date == "14 July 2017"
    assert found.slips["roof.txt"].title is not None
    assert found.slips["roof.txt"].title.endswith('"again"')


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "a/../../b", "C:\\secret.txt", "..\\b", ".", "", "\\\\host\\share\\x"]
)
def test_paths_lead_nowhere_else(path: str) -> None:
    """No file outside the folder can be named."""
    table = f"[[document]]\nfile = '{path}'\n"
    for name, text in (("manifest.csv", f"file,title\n{path},x\n"), ("manifest.toml", table)):
        found = read(text, name)
        assert len(found.mistakes) == 1
        assert not found.slips


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("url,title\nx,y\n", "no column “file”"),
        ("file,file\na,b\n", "twice"),
        ("file,titel\na.txt,b\n", "did you mean “title”?"),
        ("file,title\na.txt,b,c\n", "line 2 has 3 fields"),
        ("file,date\na.txt,yesterday\n", "line 2: date “yesterday” cannot be read"),
        ("file,url\na.txt,javascript:alert(1)\n", "no http or https address"),
        ("file,url\na.txt,http:///x\n", "no http or https address"),
        ("file,language\na.txt,english language\n", "no language tag"),
        ("file,split\na.txt,maybe\n", "none of sure, always, never"),
        ("file,title\na.txt,b\na.txt,c\n", "stands there twice"),
        (f"file,title\na.txt,{'x' * 3000}\n", "longer than"),
        ("file,title\n" + f"a.txt,{'x' * 200_000}\n", "manifest.csv: "),
        ("file\0,title\n", "NUL"),
        (b"file,title\na.txt,\xff\xfe\n", "not UTF-8"),
        ("", "no column “file”"),
    ],
)
def test_mistakes_are_named(text: str | bytes, word: str) -> None:
    """Each with its line and the remedy."""
    (mistake,) = read(text).mistakes
    assert word in mistake


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[[document]\n", "manifest.toml:1"),
        ("[document]\nfile = 'x'\n", "no [[document]] tables"),
        ("x = 1\n[[document]]\nfile = 'a'\n", "“x” is none of its keys"),
        ("[[document]]\nfiel = 'a'\n", "[[document]] 1"),
    ],
)
def test_mistakes_in_toml(text: str, word: str) -> None:
    """The same for tables."""
    assert word in read(text, "manifest.toml").mistakes[0]


def test_every_mistake_is_named_at_once() -> None:
    """One run finds them all."""
    found = read("file,url,date\n../a,ftp://x,soon\nb.txt,,\n,,2017\n")
    assert len(found.mistakes) == 5
    assert list(found.slips) == ["b.txt"]


def test_a_list_without_end_is_cut_off() -> None:
    """So many lines are nobody's folder."""
    lines = "\n".join(f"{number}.txt" for number in range(MOST_FILES + 5))
    assert "divide the folder" in read(f"file\n{lines}\n").mistakes[-1]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["manifest.csv", "manifest.toml"]))
def test_any_text_is_read_or_named(text: str, name: str) -> None:
    """Whatever stands there, nothing is raised, and paths stay below the folder."""
    for form in (text, f"file,title\n{text}", f"[[document]]\nfile = '''{text}'''\n"):
        found = read(form.encode("utf-8", "surrogatepass"), name)
        assert all(not path.startswith("/") and ".." not in path.split("/") for path in found.slips)
