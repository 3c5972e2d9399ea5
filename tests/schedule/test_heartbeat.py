"""The heartbeat on a real event loop."""

from __future__ import annotations

import asyncio

from aggregator.schedule.heartbeat import Beat, Heartbeat


async def test_beats_and_survives_a_failing_action() -> None:
    """A beat that raises does not end the heartbeat."""
    counts = {"good": 0, "bad": 0}
    enough = asyncio.Event()

    async def good() -> None:
        counts["good"] += 1
        if counts["good"] >= 3 and counts["bad"] >= 2:
            enough.set()

    async def bad() -> None:
        counts["bad"] += 1
        raise ValueError("a fault of ours")

    heart = Heartbeat([Beat(name="good", seconds=0.02, action=good), Beat(name="bad", seconds=0.02, action=bad)])
    heart.start()
    await asyncio.wait_for(enough.wait(), 10)
    heart.stop()
    heart.stop()


async def test_a_slow_beat_never_overlaps_itself_and_none_is_dropped_as_late() -> None:
    """Instances are limited to one; misfire grace is unlimited, so a late beat still runs."""
    running, most, runs = 0, 0, 0
    done = asyncio.Event()

    async def slow() -> None:
        nonlocal running, most, runs
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        runs += 1
        if runs >= 4:
            done.set()

    heart = Heartbeat([Beat(name="slow", seconds=0.01, action=slow)])
    heart.start()
    await asyncio.wait_for(done.wait(), 10)
    heart.stop()
    assert most == 1
    settings = heart._scheduler._job_defaults
    assert settings == {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
