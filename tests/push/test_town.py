"""Push from end to end: a real hub on loopback, the real web application, client, desk and database."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.cli.hubs import tally
from aggregator.model import PushPhase
from tests.push.nouns import DAY, FEED, HOUR, NOW
from tests.push.town import Town, town


def polls(folder: Path) -> list[tuple[object, ...]]:
    """What the database says of every document, oldest first."""
    with sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True) as reader:
        return reader.execute("SELECT outcome, http_status, entries, new, sent FROM polls ORDER BY id").fetchall()


async def test_from_the_first_poll_to_a_delivery(tmp_path: Path) -> None:
    """H-80 to H-85: a poll finds the hub, the hub verifies, content arrives, and the row says that it was pushed."""
    async with town(tmp_path) as place:
        await place.subscribe()
        (form,) = place.hub.asked
        assert (form["hub.topic"], form["hub.mode"]) == (place.hub.topic, "subscribe")
        assert place.hub.answers == [("subscribe", 200, "prove-it")]
        assert place.subscription.phase is PushPhase.ACTIVE
        before = place.state
        assert await place.push(4) == [202]
        assert len(place.titles()) == 4
        assert polls(tmp_path)[-1] == ("pushed", None, 1, 1, "none")
        assert place.subscription.deliveries == 1
        after = place.state
        assert (after.push.deliveries, after.push.trusted) == (1, False), "the cover is known from the next poll on"
        same = ("validators", "body_hash", "next_poll_at", "interval", "bound", "last_poll_at", "polls", "status")
        assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
        assert after.profile == before.profile
        assert after.rhythm.window == before.rhythm.window == 3
        assert after.rhythm.entries > before.rhythm.entries, "what is pushed teaches the rhythm, too (A-02)"


async def test_the_request_to_the_hub_is_as_polite_as_a_poll(tmp_path: Path) -> None:
    """H-60, H-62: our own name, no cookie, no referer; token and secret unguessable and different (H-81)."""
    async with town(tmp_path) as place:
        await place.subscribe()
        (headers,), (form,) = place.hub.headers, place.hub.asked
        assert headers["user-agent"].startswith("Aggregator/")
        assert not {"cookie", "referer", "authorization"} & set(headers)
        token = form["hub.callback"].rpartition("/")[2]
        assert len(token) >= 22
        assert 22 <= len(form["hub.secret"]) < 200
        assert token != form["hub.secret"]


@pytest.mark.parametrize("method", ["sha1", "sha256"])
async def test_wrongly_signed_content_is_dropped(tmp_path: Path, method: str) -> None:
    """H-84: a bad signature gets 2xx and is dropped, whatever the method; a right one is read."""
    async with town(tmp_path) as place:
        await place.subscribe()
        assert await place.hub.deliver(place.document(66), method, forged=True) == [202]
        await place.desk.settled()
        assert len(place.titles()) == 3
        assert (place.subscription.rejected, place.subscription.deliveries) == (1, 0)
        assert await place.hub.deliver(place.document(4), method) == [202]
        await place.desk.settled()
        assert len(place.titles()) == 4


async def test_unsigned_content_is_dropped(tmp_path: Path) -> None:
    """H-84: leaving the signature out is no way round it."""
    async with town(tmp_path) as place:
        await place.subscribe()
        async with httpx.AsyncClient() as client:
            answer = await client.post(place.callback, content=place.document(66))
        assert answer.status_code == 202
        await place.desk.settled()
        assert len(place.titles()) == 3
        assert len(polls(tmp_path)) == 1


async def test_questions_that_nobody_asked_for_get_404(tmp_path: Path) -> None:
    """H-82: another callback, topic or mode than expected; nothing changes."""
    async with town(tmp_path) as place:
        await place.subscribe()
        (form,), before = place.hub.asked, place.subscription
        await place.hub.verify(form, **{"hub.topic": "https://elsewhere.example/"})
        await place.hub.verify(form | {"hub.mode": "unsubscribe"})
        await place.hub.verify(form | {"hub.callback": f"{place.base}push/{'x' * 43}"})
        await place.hub.verify(form | {"hub.callback": f"{place.base}push/x"})
        assert [status for _, status, _ in place.hub.answers[1:]] == [404] * 4
        assert place.subscription == before
        assert await place.hub.post(f"{place.base}push/{'x' * 43}", b"<rss/>") == 404


async def test_other_methods_and_bodies_that_do_not_fit(tmp_path: Path) -> None:
    """H-64, H-84: 10 MB at most, declared or not; no content coding; GET and POST only; never a redirect."""
    async with town(tmp_path) as place:
        await place.subscribe()
        huge = b"x" * 10_000_001

        async def chunks() -> object:
            for start in range(0, len(huge), 1_000_000):
                yield huge[start : start + 1_000_000]

        async with httpx.AsyncClient() as client:
            assert (await client.post(place.callback, content=huge)).status_code == 413
            assert (await client.post(place.callback, content=chunks())).status_code == 413
            coded = await client.post(place.callback, content=b"x", headers={"content-encoding": "gzip"})
            assert coded.status_code == 415
            assert (await client.put(place.callback, content=b"x")).status_code == 405
            assert (await client.get(place.callback + "/")).status_code == 404
        assert place.subscription.rejected == 0


async def test_a_public_address_with_a_path(tmp_path: Path) -> None:
    """H-81: the callback works with the path of the public address in front."""
    async with town(tmp_path, path="/news/") as place:
        await place.subscribe()
        assert "/news/push/" in place.hub.asked[0]["hub.callback"]
        assert await place.push(4) == [202]
        assert len(place.titles()) == 4


async def trusted(place: Town) -> None:
    """A town whose hub has proved itself with items 41 to 44: polls have become rare."""
    place.print(*range(1, 41))
    await place.subscribe()
    for number in range(41, 45):
        place.later(hours=3)
        place.print(*range(number - 39, number + 1))
        await place.push(number)
        place.later(minutes=5)
        await place.poll()
    assert place.state.push.trusted


async def test_backup_polls_are_rare_while_the_hub_delivers(tmp_path: Path) -> None:
    """H-86: the bound is named, is at most 24 h away, and a push does not move it (H-85)."""
    async with town(tmp_path) as place:
        await trusted(place)
        state = place.state
        assert state.bound == "push-backup"
        assert state.next_poll_at is not None
        assert state.last_poll_at is not None
        assert state.next_poll_at - state.last_poll_at > 2 * HOUR
        assert any(bound.name == "push-backup" and bound.at <= state.last_poll_at + DAY for bound in state.considered)
        place.later(minutes=30)
        await place.push(45)
        assert place.state.next_poll_at == state.next_poll_at
        assert place.state.push.misses == 0


async def test_a_hub_that_dies_is_found_out_by_the_backup_poll(tmp_path: Path) -> None:
    """H-86: the next entry arrives by backup poll, counts as a miss, and the feed is polled as if there were no hub."""
    async with town(tmp_path) as place:
        await trusted(place)
        place.later(minutes=10)
        place.print(*range(8, 47))
        due = place.state.next_poll_at
        assert due is not None
        place.clock.at = due
        await place.poll()
        assert len(place.titles()) == 46
        assert (place.state.push.misses, place.state.push.trusted) == (2, False)
        assert place.state.bound != "push-backup"
        (hub,) = tally(place.store.catalogue.feeds(), place.store.subscriptions.all()).values()
        row = hub.row(place.hub.url)
        assert (row["entries_delivered"], row["entries_missed"], row["trusted"]) == (4, 2, 0)
        assert row["reliability"] == pytest.approx(0.667)


async def test_a_hub_that_never_delivers_delays_nothing(tmp_path: Path) -> None:
    """H-86: it verifies and is silent ever after; polls go on as without it."""
    async with town(tmp_path) as place:
        await place.subscribe()
        for number in range(4, 8):
            place.later(hours=2)
            place.print(number - 2, number - 1, number)
            await place.poll()
            assert place.state.bound != "push-backup"
        assert place.state.push.misses == 4
        assert not place.state.push.trusted


async def test_a_push_that_a_poll_overtook_is_no_miss(tmp_path: Path) -> None:
    """H-86: the same entry by poll and seconds later by push is one entry, and a delivery."""
    async with town(tmp_path) as place:
        await trusted(place)
        place.later(minutes=30)
        place.print(*range(6, 46))
        await place.poll()
        assert place.state.push.misses == 1
        place.later(seconds=5)
        await place.push(45)
        assert (place.state.push.misses, place.state.push.trusted) == (0, True)
        assert len(place.titles()) == 45


async def test_a_hub_that_denies(tmp_path: Path) -> None:
    """H-82: denied ends it; the hub is left alone and the feed polled on."""
    async with town(tmp_path) as place:
        place.hub.habit = "denies"
        await place.poll()
        await place.beat()
        assert place.hub.answers == [("denied", 200, "")]
        assert place.subscription.phase is PushPhase.DENIED
        assert "we know you not" in place.subscription.reason
        place.print(2, 3, 4)
        place.later(days=2)
        await place.poll()
        await place.beat()
        assert len(place.titles()) == 4
        assert len(place.hub.asked) == len(place.store.subscriptions.all()) == 1
        assert await place.hub.post(place.callback, b"<rss/>") == 410


async def test_a_hub_in_trouble_is_not_hammered(tmp_path: Path) -> None:
    """H-48, H-83: Retry-After is honoured, then the same token and secret are asked for again."""
    async with town(tmp_path) as place:
        place.hub.habit = "refuses"
        await place.poll()
        await place.beat()
        assert place.subscription.next_at == NOW + 2 * HOUR
        assert "503: out of order" in place.subscription.reason
        for _ in range(11):
            place.later(minutes=10)
            await place.beat()
        assert len(place.hub.asked) == 1
        place.hub.habit = "honest"
        place.later(minutes=11)
        await place.beat()
        first, second = place.hub.asked
        assert first == second
        assert place.subscription.phase is PushPhase.ACTIVE


@pytest.mark.parametrize("lease", ["86400", "31536000"])
async def test_renewal_in_time_with_the_same_secret(tmp_path: Path, lease: str | None) -> None:
    """H-83: between 50 and 80 percent of min(lease, 14 d); content passes while the hub has not verified yet."""
    async with town(tmp_path) as place:
        place.hub.lease = lease
        await place.subscribe()
        counted = min(timedelta(seconds=int(lease or 86400)), 14 * DAY)
        due = place.subscription.next_at
        assert due is not None
        assert 0.5 * counted <= due - NOW <= 0.8 * counted
        place.clock.at = due - timedelta(seconds=1)
        await place.beat()
        assert len(place.hub.asked) == 1
        place.clock.at, place.hub.habit = due, "silent"
        await place.beat()
        assert place.hub.asked[0] == place.hub.asked[1]
        assert place.subscription.phase is PushPhase.ACTIVE
        assert await place.push(4) == [202]
        assert len(place.titles()) == 4
        place.hub.habit = "honest"
        place.later(hours=1)
        await place.beat()
        assert place.subscription.verified_at == place.clock.at
        assert place.subscription.since == NOW, "the cover has no gap"


async def test_a_feed_that_moves_to_another_hub(tmp_path: Path) -> None:
    """H-83, H-84: the old subscription delivers until the new one is verified, then it is left and answers 410."""
    async with town(tmp_path) as place:
        await place.subscribe()
        old = place.callback
        place.print(1, 2, 3, hub="/other-hub")
        place.hub.habit = "silent"
        place.later(hours=2)
        await place.poll()
        await place.beat()
        assert place.subscription.hub.endswith("/other-hub")
        assert await place.hub.post(old, place.document(4)) == 202
        await place.desk.settled()
        assert len(place.titles()) == 4
        place.hub.habit = "honest"
        place.later(hours=1)
        await place.beat()
        assert len(place.hub.places) == 2
        await place.beat()
        assert [form["hub.mode"] for form in place.hub.asked] == ["subscribe"] * 3 + ["unsubscribe"]
        assert list(place.hub.places) == [place.callback]
        assert await place.hub.post(old, place.document(5)) == 410
        assert await place.push(5) == [202]
        assert len(place.titles()) == 5


async def test_a_paused_feed_takes_nothing_and_lets_go(tmp_path: Path) -> None:
    """H-84: paused or removed is 410 at once, and the hub is told at the next beat; resumed, it begins anew."""
    async with town(tmp_path) as place:
        await place.subscribe()
        old = place.callback
        place.later(hours=1)
        await place.desk.configure([replace(place.source, enabled=False)])
        assert await place.hub.post(old, place.document(4)) == 410
        await place.beat()
        assert place.hub.asked[-1]["hub.mode"] == "unsubscribe"
        assert place.subscription.phase is PushPhase.ENDED
        await place.desk.configure([place.source])
        place.print(1, 2, 3, 4)
        await place.poll()
        await place.beat()
        assert place.callback != old
        assert list(place.hub.places) == [place.callback]


async def test_a_push_is_a_part_of_a_document(tmp_path: Path) -> None:
    """H-85: entries that are not in it stay as they are, and its head does not count for the feed."""
    async with town(tmp_path) as place:
        await place.subscribe()
        body = place.document(4).replace(b"</title><a", b"</title><description>Other</description><ttl>9000</ttl><a", 1)
        assert await place.hub.deliver(body) == [202]
        await place.desk.settled()
        assert len(place.titles()) == 4
        assert place.state.profile.subtitle is None
        assert place.state.hints.ttl is None
        # The poll afterwards finds all four, none of them new.
        place.print(1, 2, 3, 4)
        place.later(hours=2)
        report = await place.poll()
        assert (report.entries, report.new, report.revised) == (4, 0, 0)


@pytest.mark.parametrize("body", [b"", b"<html><p>no feed</p></html>"])
async def test_content_that_is_no_feed_is_recorded(tmp_path: Path, body: bytes) -> None:
    """H-84, H-51: signed nonsense changes nothing but leaves its row and its reason."""
    async with town(tmp_path) as place:
        await place.subscribe()
        before = place.state
        assert await place.hub.deliver(body) == [202]
        await place.desk.settled()
        assert polls(tmp_path)[-1][:1] == ("pushed",)
        assert len(place.titles()) == 3
        after = place.state
        assert replace(after, push=before.push) == before
        assert await place.push(4) == [202], "the next one is read"
        assert len(place.titles()) == 4


async def test_neither_token_nor_secret_is_ever_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """H-81: who reads the log cannot forge a delivery."""
    async with town(tmp_path) as place:
        await trusted(place)
        await place.hub.deliver(place.document(99), forged=True)
        await place.hub.verify(place.hub.asked[0] | {"hub.mode": "unsubscribe"})
        await place.desk.settled()
        said = "".join(capsys.readouterr())
        assert "subscription" in said
        assert "a delivery was dropped" in said
        assert place.subscription.token not in said
        assert place.subscription.secret not in said


async def test_a_feed_without_a_hub_any_more_is_left(tmp_path: Path) -> None:
    """H-80: no longer named, no longer renewed; until then what comes is taken."""
    async with town(tmp_path) as place:
        await place.subscribe()
        place.print(1, 2, 3, hub=None)
        place.later(hours=2)
        await place.poll()
        assert place.state.push.hub is None
        assert await place.push(4) == [202]
        place.later(days=8)
        await place.beat()
        assert place.hub.asked[-1]["hub.mode"] == "unsubscribe"
        assert place.subscription.phase is PushPhase.ENDED
        assert place.store.subscriptions.due(place.later(days=100), 9) == ()
        assert FEED


async def test_a_full_desk_asks_to_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-84: what cannot be taken is not lost silently; the hub hears 503 and repeats it."""
    monkeypatch.setattr("aggregator.service.push.MOST_BYTES", 10)
    async with town(tmp_path) as place:
        await place.subscribe()
        assert await place.push(4) == [503]
        assert len(place.titles()) == 3
        monkeypatch.setattr("aggregator.service.push.MOST_BYTES", 10_000)
        assert await place.push(4) == [202]
        assert len(place.titles()) == 4
