"""What is asked: requirements H-01 to H-08 and H-60 to H-64."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.fetch.policy import conditional, make_request, user_agent
from aggregator.model import Validators
from tests.fetch.nouns import AGENT, URL, request, source, state

ODD = Validators(url=URL, etag="W/'a-gzip;b\" ", last_modified="Tue 1st July 2025, teatime")


def test_the_user_agent_is_honest() -> None:
    """H-60: product, version, contact page and readers."""
    assert user_agent("1.2", "https://host/bot", 7) == "Aggregator/1.2 (+https://host/bot; 7 subscribers)"


@pytest.mark.parametrize("readers", [0, -3, 1])
def test_there_is_always_a_reader(readers: int) -> None:
    """H-60: at least 1."""
    assert "; 1 subscribers)" in user_agent("1.2", "https://host/bot", readers)


def test_without_contact_there_is_no_empty_plus() -> None:
    """H-60: a missing contact page is left out, not invented."""
    assert user_agent("1.2", "", 2) == "Aggregator/1.2 (2 subscribers)"


@settings(deadline=None, max_examples=100)
@given(version=st.text(), contact=st.text(), readers=st.integers(0, 10**6))
def test_no_setting_breaks_out_of_the_user_agent(version: str, contact: str, readers: int) -> None:
    """H-60: one header line with one comment, whatever the settings hold."""
    agent = user_agent(version, contact, readers)
    assert agent.isascii()
    assert agent.isprintable()
    assert agent.count("(") == agent.count(")") == 1
    assert agent.endswith(f"{max(1, readers)} subscribers)")


def test_the_headers_are_those_of_the_requirements() -> None:
    """H-62, H-63, H-64: exactly these, no Cookie, no Referer."""
    assert dict(make_request(source(), state(), AGENT).headers) == {
        "user-agent": AGENT,
        "accept": "application/atom+xml, application/rss+xml;q=0.9, application/feed+json;q=0.9, "
        "application/rdf+xml;q=0.8, application/xml;q=0.7, text/xml;q=0.7, */*;q=0.1",
        "accept-encoding": "gzip, br, zstd",
    }


def test_the_headers_do_not_change_with_the_state() -> None:
    """H-08: Accept and Accept-Encoding stay constant between polls."""
    first, later = state(), state(ODD, polls=9, body_hash="0" * 64)
    assert make_request(source(), first, AGENT).headers == make_request(source(), later, AGENT).headers


def test_from_is_sent_only_when_configured() -> None:
    """H-61: a mailbox becomes From, and cannot smuggle in another header."""
    headers = dict(make_request(source(), state(), AGENT, mailbox="bot@combined.example\r\nX-Evil: 1").headers)
    assert headers["from"] == "bot@combined.exampleX-Evil:1"


def test_validators_go_out_exactly_as_they_came() -> None:
    """H-01, H-02: both, with quotes, case, suffix and odd spelling."""
    headers, sent = conditional(request(URL, ODD), URL)
    plain = (("if-none-match", "W/'a-gzip;b\" "), ("if-modified-since", "Tue 1st July 2025, teatime"))
    assert headers == (*plain, ("a-im", "feed"))
    assert sent == "both"


@pytest.mark.parametrize("url", [URL + "?x=1", URL + "/", URL.replace("https", "http"), URL.upper()])
def test_validators_go_only_to_their_owner(url: str) -> None:
    """H-03: another URL, however near, gets none."""
    assert conditional(request(URL, ODD), url) == ((), "none")


@pytest.mark.parametrize(
    ("validators", "names", "sent"),
    [
        (Validators(url=URL, etag='"a"'), ["if-none-match", "a-im"], "etag"),
        (Validators(url=URL, last_modified="x"), ["if-modified-since"], "lm"),
        (Validators(url=URL), [], "none"),
        (None, [], "none"),
    ],
)
def test_nothing_is_made_up(validators: Validators | None, names: list[str], sent: str) -> None:
    """H-07: a header only for what the server gave; H-66: A-IM only beside an ETag; H-73: the name is noted."""
    headers, named = conditional(request(URL, validators), URL)
    assert [name for name, _ in headers] == names
    assert named == sent


def test_an_unconditional_request_carries_no_validators() -> None:
    """H-09: the caller may leave them out, for one request."""
    assert make_request(source(), state(ODD), AGENT, unconditional=True).validators is None
    assert make_request(source(), state(ODD), AGENT).validators == ODD
