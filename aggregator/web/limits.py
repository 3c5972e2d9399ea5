"""How many requests a client may make (R-47): a token bucket for each address, in bounded memory. Time is given."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """``burst`` requests at once, refilled at ``per_minute``. Loopback is exempt: that is the host itself, or a proxy
    that does not name its clients, where a limit would hit all readers at once."""

    per_minute: int = 120
    burst: int = 120
    clients: int = 10_000
    spare_loopback: bool = True


class Buckets:
    """The state of the limit. The clients seen longest ago are forgotten first."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str | None, now: float) -> int:
        """Count one request at ``now`` (seconds of any steady clock): 0 lets it pass, else seconds to wait."""
        name = _bucket(client, self._limit.spare_loopback)
        if name is None:
            return 0
        rate = self._limit.per_minute / 60
        left, then = self._left.pop(name, (float(self._limit.burst), now))
        left = min(self._limit.burst, left + max(0.0, now - then) * rate)
        passes = left >= 1
        self._left[name] = (left - 1 if passes else left, now)
        while len(self._left) > self._limit.clients:
            self._left.popitem(last=False)
        return 0 if passes else math.ceil((1 - left) / rate)


def _bucket(client: str | None, spare_loopback: bool) -> str | None:
    """One bucket for an IPv4 address, one for a /64 of IPv6: that much belongs to one household."""
    if client is None:
        return None
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback and spare_loopback:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
