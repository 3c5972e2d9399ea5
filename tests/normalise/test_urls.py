"""Links: resolving, canonical form, tracking parameters and hostile input."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.normalise.tracking import is_tracking
from aggregator.normalise.urls import canonical, comparable, host_of, published_link, resolve

BASE = "https://news.millbrook.example/feeds/latest.xml"
KEPT = ("id", "p", "page", "q", "v", "ID", "MId", "CId", "Year")
_LIST = """
utm_source utm_anything mtm_kwd pk_campaign piwik_x matomo_y hsa_cam fbclid gclid dclid gbraid wbraid gclsrc srsltid
msclkid twclid yclid ysclid ttclid igshid _openstat fb_action_ids fb_action_types fb_ref fb_source mc_cid mc_eid mc_tc
mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsCtaTracking vero_id vero_conv oly_anon_id oly_enc_id rb_clickid wickedid
sc_cid at_medium at_campaign at_custom1 ns_mchannel ns_source ns_campaign cmpid ocid campaign_id campaign_medium
campaign_name campaign_source campaign_term campaign_content itm_source itm_medium itm_campaign spm _bhlid _branch_x
"""
TRACKING = _LIST.split()

odd_text = st.text(alphabet=st.sampled_from("aZ09/?#&=%:@[].\\ \t\n\"'<>ü€\u202e\ud800-._~!;,+"), max_size=60)
PARTS = st.text(alphabet="abcXYZ019-._~!$&'()*+,;=:@/", max_size=20)
HOSTS = st.from_regex(r"[a-z0-9]{1,5}([.-][a-z0-9]{1,4}){0,3}", fullmatch=True)
addresses = st.one_of(
    odd_text, st.builds(lambda tail: f"http://a.example{tail}", odd_text), st.builds("https://{}".format, odd_text)
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Clerk:secret@WWW.Millbrook.Example:80/a", "http://www.millbrook.example/a"),
        ("https://millbrook.example", "https://millbrook.example/"),
        ("https://millbrook.example:443", "https://millbrook.example/"),
        ("https://millbrook.example:8443/a", "https://millbrook.example:8443/a"),
        ("https://millbrook.example./a", "https://millbrook.example/a"),
        ("https://millbrook.example/a/./b/../c/", "https://millbrook.example/a/c/"),
        ("https://millbrook.example/a/..", "https://millbrook.example/"),
        ("https://millbrook.example/%7eparks%2fopen", "https://millbrook.example/~parks%2Fopen"),
        ("https://millbrook.example/100%", "https://millbrook.example/100%25"),
        ("https://millbrook.example/a#notes", "https://millbrook.example/a"),
        ("https://millbrook.example/#!/story/4", "https://millbrook.example/#!/story/4"),
        ("https://millbrook.example/a?", "https://millbrook.example/a"),
        ("https://millbrook.example/a?z=1&b=2&a=3", "https://millbrook.example/a?z=1&b=2&a=3"),
        ("https://millbrook.example/a?utm_source=rss&UTM_Medium=x", "https://millbrook.example/a"),
        ("https://millbrook.example/a?id=1&amp;utm_source=rss", "https://millbrook.example/a?id=1"),
        ("https://tref-ŷd.example/newyddion", "https://xn--tref-d-tob.example/newyddion"),
        ("https://millbrook.example/caffi-têg", "https://millbrook.example/caffi-t%C3%AAg"),
        ("http://[2001:DB8::0:1]:80/", "http://[2001:db8::1]/"),
        ("https:\\\\millbrook.example\\a", "https://millbrook.example/a"),
    ],
)
def test_canonical_form(url: str, expected: str) -> None:
    """P-21: scheme, host, port, dots, escapes, fragment and user have one form; the rest stays in order."""
    assert canonical(url) == expected


@pytest.mark.parametrize("ending", ["/news", "/news/"])
def test_trailing_slash_stays(ending: str) -> None:
    """P-21: no trailing-slash change."""
    assert canonical(f"https://millbrook.example{ending}") == f"https://millbrook.example{ending}"


@pytest.mark.parametrize("name", TRACKING)
def test_every_tracking_parameter_goes(name: str) -> None:
    """P-22: the whole list, in any case."""
    for spelled in (name, name.upper()):
        assert canonical(f"https://a.example/x?id=7&{spelled}=1") == "https://a.example/x?id=7"


@pytest.mark.parametrize("name", ["ref", "source", "from"])
def test_referrer_words_go_only_with_own_hosts(name: str) -> None:
    """P-22: ref, source and from are tracking only where they name the feed, its site, or the word rss or feed."""
    hosts = ("www.a.example", "feeds.b.example")
    for value in ("rss", "Feed", "a.example", "www.a.example", "feeds.b.example"):
        assert is_tracking(f"{name}={value}", hosts)
    for value in ("", "committee", "elsewhere.example", "rss2"):
        assert not is_tracking(f"{name}={value}", hosts)


@given(name=st.sampled_from(KEPT), value=st.text(alphabet="abc019_-", max_size=8))
def test_identity_parameters_stay(name: str, value: str) -> None:
    """P-22: never strip id, p, page, q, v, ID, MId, CId, Year."""
    url = f"https://a.example/x?utm_source=rss&{name}={value}&fbclid=1"
    assert canonical(url) == f"https://a.example/x?{name}={value}"


@settings(max_examples=100, deadline=None)
@given(url=addresses, keep=st.booleans())
def test_canonical_is_idempotent_and_never_raises(url: str, keep: bool) -> None:
    """P-21: canonical of canonical is the same, whatever comes in; what comes out is plain ASCII without spaces."""
    once = canonical(url, keep_fragment=keep)
    if once is not None:
        assert canonical(once, keep_fragment=keep) == once
        assert once.isascii()
        assert not set(once) & set(' \t\n"<>\\')


@settings(max_examples=100, deadline=None)
@given(host=HOSTS, path=PARTS, query=PARTS, end=PARTS)
def test_canonical_spelling_takes_no_detour(host: str, path: str, query: str, end: str) -> None:
    """P-20, P-21: an address that is spelled canonically already reads as one with its default port stated."""
    rest = f"/{path}" + (f"?{query}" if query else "") + (f"#{end}" if end else "")
    url, stated = f"https://{host}{rest}", f"https://{host}:443{rest}"
    assert canonical(url, keep_fragment=True) == canonical(stated, keep_fragment=True)
    assert resolve(url, None) == url
    assert resolve(stated, None) == stated
    assert host_of(url) == host_of(stated)


@given(href=addresses, base=st.one_of(st.none(), st.just(BASE), addresses))
def test_resolving_never_raises(href: str, base: str | None) -> None:
    """P-20, P-23: whatever comes in, a web address or nothing comes out."""
    address = resolve(href, base)
    assert address is None or host_of(address)
    published = published_link(href, base)
    assert published is None or published.lower().startswith(("http:", "https:", "mailto:", "tel:"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mailto:clerk@a.example",
        "javascript:alert(1)",
        "//a.example/x",
        "http://",
        "http:///x",
        "http://a b/",
        "http://a..b/",
        "http://a.example:99999/",
        "http://a.example:x/",
        "http://[zz]/",
        "http://[fe80::1%<script>]/",
        "http://[::1",
        "https://" + "a" * 300 + "/",
        "https://a.example/" + "x" * 9_000,
    ],
)
def test_what_is_no_web_address_has_no_canonical_form(url: str) -> None:
    """P-21: hostile and broken addresses give nothing instead of an error."""
    assert canonical(url) is None


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/news/1", "https://news.millbrook.example/news/1"),
        ("1.html", "https://news.millbrook.example/feeds/1.html"),
        (" \n../a\n ", "https://news.millbrook.example/a"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("www.millbrook.example/bins", "https://www.millbrook.example/bins"),
        ("https://a.example/two words", "https://a.example/two%20words"),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("mailto:clerk@a.example", None),
        ("http://[bad", None),
        ("", None),
    ],
)
def test_resolve(href: str, expected: str | None) -> None:
    """P-20: relative links become absolute; P-23: only web addresses are links of entries."""
    assert resolve(href, BASE) == expected


def test_backslashes_of_the_base_are_slashes() -> None:
    """P-20: a base with a backslash after its host gives an address of that host."""
    assert resolve("bins", "http://a.example\\") == "http://a.example/bins"


def test_mail_and_telephone_may_be_published() -> None:
    """P-23: mailto and tel survive in published links, file does not."""
    assert published_link("mailto:clerk@a.example", BASE) == "mailto:clerk@a.example"
    assert published_link("tel:+441512345678", None) == "tel:+441512345678"
    assert published_link("file:///etc/passwd", BASE) is None


def test_http_equals_https_for_comparing_only() -> None:
    """P-21: the scheme stays in the canonical form and goes for comparing."""
    assert canonical("http://a.example/x") != canonical("https://a.example/x")
    assert comparable("http://a.example/x") == comparable("https://a.example/x")
    assert comparable("http://a.example/x") != comparable("http://a.example/y")
