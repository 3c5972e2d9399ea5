"""The limit by client, on a clock that is turned by hand."""

from __future__ import annotations

import pytest

from aggregator.web.limits import Buckets, Limit


def test_burst_then_refill() -> None:
    """R-47: a burst passes, then one request for each refill; the wait named is true."""
    buckets = Buckets(Limit(per_minute=60, burst=3))
    assert [buckets.take("192.0.2.1", 0) for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take("192.0.2.1", 0.9) == 1
    assert buckets.take("192.0.2.1", 1.0) == 0
    assert [buckets.take("192.0.2.1", 500) for _ in range(4)] == [0, 0, 0, 1]


def test_waiting_as_told_is_enough() -> None:
    """R-47: whoever waits for Retry-After is let in."""
    buckets = Buckets(Limit(per_minute=7, burst=1))
    assert buckets.take("192.0.2.1", 0) == 0
    wait = buckets.take("192.0.2.1", 0)
    assert wait == 9
    assert buckets.take("192.0.2.1", wait) == 0


def test_clients_do_not_share() -> None:
    """R-47: one greedy client costs no other; an IPv6 household is one client, mapped IPv4 is IPv4."""
    buckets = Buckets(Limit(burst=1))
    assert buckets.take("192.0.2.1", 0) == 0
    assert buckets.take("192.0.2.2", 0) == 0
    assert buckets.take("::ffff:192.0.2.2", 0) > 0
    assert buckets.take("2001:db8::1", 0) == 0
    assert buckets.take("2001:db8::2", 0) > 0
    assert buckets.take("2001:db8:0:1::2", 0) == 0


@pytest.mark.parametrize("client", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", None])
def test_loopback_is_spared_unless_wanted(client: str | None) -> None:
    """The host itself, and a proxy on it, is not limited by default."""
    spared = Buckets(Limit(burst=1))
    assert [spared.take(client, 0) for _ in range(5)] == [0] * 5
    if client:
        strict = Buckets(Limit(burst=1, spare_loopback=False))
        assert strict.take(client, 0) == 0
        assert strict.take(client, 0) > 0


def test_memory_is_bounded() -> None:
    """A thousand addresses leave no more than the promised number of buckets."""
    buckets = Buckets(Limit(burst=1, clients=10))
    for number in range(1000):
        buckets.take(f"10.0.{number // 250}.{number % 250}", 0)
    assert len(buckets._left) == 10
    assert buckets.take("10.0.3.249", 0) > 0
