"""Push as the service puts it together: off by default, on with callbacks, a beat and the right secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.model import FeedId
from aggregator.service.app import Service
from aggregator.service.push import PushDesk, _one_a_host
from aggregator.settings import Settings, load_settings
from aggregator.wiring import callback_base, make_postroom, running
from tests.push.nouns import subscription


def configured(folder: Path, push: str) -> Settings:
    """Settings of a service on loopback."""
    file = folder / "aggregator.toml"
    file.write_text(
        '[site]\nurl = "http://127.0.0.1:9/n/"\n[storage]\npath = "data"\n'
        f'[polling]\nallow_addresses = ["127.0.0.1:9"]\nprocesses = 1\n{push}'
    )
    (folder / "feeds.toml").write_text('[council]\nurl = "http://127.0.0.1:9/feed"\n')
    return load_settings(file)


async def test_off_by_default(tmp_path: Path) -> None:
    """H-81: without the setting there is no beat for hubs and no callback."""
    async with running(configured(tmp_path, "")) as parts:
        assert parts.ports.push is None
        service = Service(parts)
        assert service._push is None
        assert "hubs" not in {beat.name for beat in service._beats()}


async def test_on_with_a_beat_that_spares_hubs(tmp_path: Path) -> None:
    """H-70, H-81: every ten seconds; tokens and secrets have 256 random bits and are never the same."""
    settings = configured(tmp_path, "[push]\nenabled = true\n")
    async with running(settings) as parts:
        service = Service(parts)
        assert isinstance(service._push, PushDesk)
        (beat,) = [beat for beat in service._beats() if beat.name == "hubs"]
        assert beat.seconds >= 10
        room = parts.ports.push
        assert room is not None
        minted = {room.mint() for _ in range(100)}
        assert len(minted) == 100
        assert {len(secret) for secret in minted} == {43}
        assert service._push.admit("a" * 43) == 404
    assert callback_base(settings) == "http://127.0.0.1:9/n/push/"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://hub.example/", True),
        ("http://127.0.0.1:9/hub", True),
        ("http://127.0.0.1:10/hub", False),
        ("http://hub.example/", False),
        ("http://[bad/", False),
    ],
)
def test_what_counts_as_safe(tmp_path: Path, url: str, safe: bool) -> None:
    """H-81: secrets go over https, or to the operator's own addresses."""
    room = make_postroom(configured(tmp_path, "[push]\nenabled = true\n"), None)  # type: ignore[arg-type]
    assert room is not None
    assert room.safe(url) is safe


def test_one_request_a_hub_and_beat() -> None:
    """H-70: a thousand feeds of one hub are asked for one after another, and no other hub waits for them."""
    crowd = [subscription(token=f"{number}", feed_id=FeedId(f"f{number}")) for number in range(1000)]
    other = subscription(token="z", hub="https://small-hub.example/x")
    assert _one_a_host([*crowd, other]) == [crowd[0], other]
