"""What a file is, by its bytes."""

from __future__ import annotations

import pytest

from aggregator.errors import UnreadableError
from aggregator.history.documents.kinds import FileKind, Form, form_of, kind_of


@pytest.mark.parametrize("start", [b"", b"\n \r\n\t", b"\0\0\0\0"])
def test_empty_files_are_refused(start: bytes) -> None:
    """Nothing but blanks is nothing."""
    with pytest.raises(UnreadableError) as refused:
        kind_of(start)
    assert refused.value.kind == "empty"


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (b"%PDF-1.4 ...", "PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"text with a \0 in it", "no text"),
        (bytes(range(1, 32)) * 20, "no text"),
    ],
)
def test_binary_files_are_refused_by_name(start: bytes, word: str) -> None:
    """The refusal says what it is and what to do."""
    with pytest.raises(UnreadableError) as refused:
        kind_of(start)
    assert refused.value.kind == "binary"
    assert word in refused.value.detail


@pytest.mark.parametrize("start", [b"WARC/1.0\r\n", b"WARC/1.1\r\n", b"\x1f\x8b\x08"])
def test_web_archives_are_told_apart(start: bytes) -> None:
    """Plain or compressed."""
    assert kind_of(start) is FileKind.WARC


@pytest.mark.parametrize("start", ["Text".encode("utf-16"), b"caf\xe9", "é".encode(), b"<html>"])
def test_text_is_text(start: bytes) -> None:
    """In any encoding."""
    assert kind_of(start) is FileKind.TEXT


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("<?xml version='1.0'?><rss>", Form.XML),
        ("<rss version='2.0'>", Form.XML),
        ("<feed xmlns=", Form.XML),
        ("<rdf:RDF xmlns", Form.XML),
        ("<!DOCTYPE html><html>", Form.HTML),
        ("<!-- saved from url=(0020)http://a.example/ -->\n<html>", Form.HTML),
        ("<div><p>Hello</p></div>", Form.HTML),
        ('{"version": ""}', Form.JSON),
        ("[interruption] The meeting began late.", Form.PLAIN),
        ("{see below} words", Form.PLAIN),
        ("<grin> That was funny.", Form.PLAIN),
        ("Words.", Form.PLAIN),
    ],
)
def test_forms_of_text(text: str, form: Form) -> None:
    """Markup, data or words."""
    assert form_of(text) is form
