"""What must hold between values: politeness, order of intervals, no feed twice. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from aggregator.settings.durations import write_duration
from aggregator.settings.shapes import FeedShape, PollingShape
from aggregator.settings.tables import Text

FLOOR = timedelta(minutes=15)
_PORTS = {"http": 80, "https": 443}


def check_order(host: Text, polling: PollingShape, bad: frozenset[str]) -> None:
    """``max_interval`` is not below ``min_interval``."""
    if polling.max_interval < polling.min_interval and not bad & {"min_interval", "max_interval"}:
        key = "max_interval" if ("polling", "max_interval") in host.lines else "min_interval"
        host.mistake(
            ("polling", key),
            f"max_interval ({write_duration(polling.max_interval)}) is shorter than "
            f"min_interval ({write_duration(polling.min_interval)})",
        )


def check_floor(host: Text, feeds: Text, polling: PollingShape, shapes: Mapping[str, FeedShape]) -> None:
    """H-29: no feed is polled more often than every 15 minutes unless the operator owns its address."""
    remedy = "write “15m” or more; only addresses under [polling] allow_addresses may go below"
    common = polling.min_interval
    often = {
        name: shape
        for name, shape in shapes.items()
        if (common if shape.min_interval is None else shape.min_interval) < FLOOR
    }
    foreign = {name: shape for name, shape in often.items() if shape.url and not owned(shape.url, polling)}
    for name, shape in foreign.items():
        if shape.min_interval is not None:
            feeds.mistake((name, "min_interval"), "is below 15m, which is impolite to another's server", remedy)
    heirs = [name for name, shape in foreign.items() if shape.min_interval is None]
    more = f" and {len(heirs) - 1} more" if len(heirs) > 1 else ""
    if heirs:
        host.mistake(
            ("polling", "min_interval"),
            f"is below 15m, which is impolite to other people's servers: it holds for [{heirs[0]}]{more}",
            remedy,
        )


def check_push(host: Text, site_url: str, polling: PollingShape, enabled: bool) -> None:
    """H-81: hubs call back over https, or to addresses that are the operator's own."""
    if enabled and urlsplit(site_url).scheme != "https" and not owned(site_url, polling):
        host.mistake(
            ("push", "enabled"),
            f"needs a public https address, but [site] url is {site_url}",
            "set [site] url to the https address the service is reached at, or write enabled = false",
        )


def owned(url: str, polling: PollingShape) -> bool:
    """Whether the operator has declared the host of this address as their own (``allow_addresses``)."""
    parts = urlsplit(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or _PORTS[parts.scheme]
    return any(_covers(entry, host, port) for entry in polling.allow_addresses)


def _covers(entry: str, host: str, port: int) -> bool:
    if (network := _network(entry)) is None:
        return entry.lower() in {f"{host}:{port}", f"[{host}]:{port}"}
    # The one name whose address is known without asking anybody.
    numbers = ("127.0.0.1", "::1") if host == "localhost" else (host,)
    for number in numbers:
        try:
            if ipaddress.ip_address(number) in network:
                return True
        except ValueError:
            continue
    return False


@lru_cache(maxsize=64)
def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network that an entry names, the same for every feed; ``None`` where it names a host."""
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None


def check_twins(feeds: Text, shapes: Mapping[str, FeedShape]) -> None:
    """No address is polled twice under two ids."""
    first: dict[str, str] = {}
    for name, shape in shapes.items():
        if not shape.url:
            continue
        other = first.setdefault(same_address(shape.url), name)
        if other != name:
            line = feeds.lines.get((other, "url"), 0)
            feeds.mistake(
                (name, "url"), f"[{name}] and [{other}] (line {line}) have the same address", "remove one of the two"
            )


def same_address(url: str) -> str:
    """A form that is equal for addresses of one feed: without scheme, default port, fragment and case of the host."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = "" if parts.port in {None, _PORTS.get(parts.scheme)} else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{parts.path or '/'}{query}"


def effective_max(min_interval: timedelta, max_interval: timedelta) -> timedelta:
    """A feed that asks to be polled less often than ``max_interval`` gets its way."""
    return max(min_interval, max_interval)


def unknown_tables(host: Text, known: Sequence[str]) -> list[str]:
    """Names at the top of the host's file that mean nothing."""
    return [name for name in host.data if name not in known]
