"""rssCloud: an older way of push, recorded so that people can see it, and never used."""

from __future__ import annotations

import pytest

from aggregator.reading import parse_document
from tests.parse.samples import parse, rss


@pytest.mark.parametrize(
    ("element", "recorded"),
    [
        (
            '<cloud domain="rpc.ainsbeck.example" port="80" path="/pleaseNotify" registerProcedure="" '
            'protocol="http-post"/>',
            "http-post://rpc.ainsbeck.example:80/pleaseNotify",
        ),
        ('<cloud domain="rpc.ainsbeck.example"/>', "http-post://rpc.ainsbeck.example/"),
        ('<cloud path="/x"/>', None),
        ("", None),
    ],
)
def test_a_cloud_is_recorded(element: str, recorded: str | None) -> None:
    """H-87: record the cloud element, do nothing with it; one without a domain means nothing."""
    assert parse(rss(channel=element)).feed.cloud == recorded
    assert parse_document(rss(channel=element).encode()).hints.cloud == recorded


def test_a_hostile_cloud_is_cut() -> None:
    """H-87: what is only recorded must not grow the archive."""
    recorded = parse(rss(channel=f'<cloud domain="{"x" * 9000}"/>')).feed.cloud
    assert recorded is not None
    assert len(recorded) == 500
