"""OPML of other readers, friendly and hostile."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import SettingsError
from aggregator.settings.opml import Outline, read_opml

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Vale</title></head><body>
  <outline text="The Vale"><outline text="Town Councils">
    <outline type="rss" text="Ambleford &amp; Brye" xmlUrl=" https://a.uk/rss?x=1&y=2 "
      htmlUrl="https://a.uk/" language="en-gb"/>
  </outline></outline>
  <outline title="Gazette" text="other" XMLURL="https://g.uk/rss" category="/Local/Weekly Papers,/x"/>
  <outline text="a note without address"/>
  <outline xmlUrl="https://bare.uk/rss"/>
</body></opml>"""


def refused(body: bytes) -> str:
    """Why this body is refused."""
    with pytest.raises(SettingsError) as caught:
        read_opml(body, "list.opml")
    assert caught.value.mistakes[0].file == "list.opml"
    return str(caught.value)


def test_folders_become_categories() -> None:
    """R-61: the innermost folder is the category, those around it tags; bare ampersands are forgiven."""
    assert read_opml(LIST.encode()) == (
        Outline(
            url="https://a.uk/rss?x=1&y=2",
            title="Ambleford & Brye",
            site="https://a.uk/",
            language="en-gb",
            category="town-councils",
            tags=("the-vale",),
        ),
        Outline(url="https://g.uk/rss", title="Gazette", category="weekly-papers", tags=("local",)),
        Outline(url="https://bare.uk/rss"),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding: str) -> None:
    """A byte-order mark or the declaration says the encoding."""
    text = LIST.replace("Brye", "Brÿe").replace("UTF-8", encoding.removesuffix("-sig"))
    assert read_opml(text.encode(encoding))[0].title == "Ambleford & Brÿe"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body/></opml>', "DOCTYPE"),
        (b'<!DOCTYPE opml SYSTEM "http://127.0.0.1/x.dtd"><opml/>', "DOCTYPE"),
        ('<?xml version="1.0"?><!DOCTYPE opml><opml/>'.encode("utf-16"), "DOCTYPE"),
        (b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE opml+AD4-<opml/>', "encoding"),
        (b'<?xml version="1.0" encoding="nonsense"?><opml/>', "encoding"),
        (b'<?xml version="1.0"?>\n<opml>\xff</opml>', "OPML: is not utf-8"),
        (b"<rss/>", "begins with <rss>"),
        (b"<opml><body></opml>", "sound XML"),
        (b"", "sound XML"),
        (b"<opml>" + b"<outline>" * 40, "nested"),
        (b"<opml>" + b'<outline xmlUrl="x"/>' * 10_001 + b"</opml>", "more than 10,000"),
        (b"<opml>" + b" " * 5_000_001, "larger than 5 MB"),
    ],
)
def test_hostile_lists_are_refused(body: bytes, why: str) -> None:
    """No DOCTYPE, no entities, no rare encodings, nothing unbounded."""
    assert why in refused(body)


def test_line_of_the_fault_is_named() -> None:
    """The user can mend a broken list."""
    assert refused(b"<opml>\n<body>\n</wrong>\n</opml>").startswith("list.opml:3:")


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(lambda s: f"<opml>{s}</opml>".encode())))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Law: nothing but SettingsError comes out, whatever goes in."""
    with contextlib.suppress(SettingsError):
        assert isinstance(read_opml(body), tuple)
