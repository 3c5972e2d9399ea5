"""Which addresses may be reached: feeds come from the public internet, never from the inside of our own (H-43).

A name that resolves to public and inner addresses keeps only its public ones: every address is checked before it is
dialled and once more when connected, so refusing the whole name would make feeds fail without making us safer.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What `is_global` of some Python versions lets through, or what is public by number but not by use.
INNER_IPV4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "192.0.0.0/24",  # protocol assignments, one cloud's metadata among them
        "192.88.99.0/24",  # the 6to4 relays
        "168.63.129.16/32",  # the host side of one cloud's virtual machines
    )
)
# Unicast that is given out lies in 2000::/3; these parts of it are not hosts of the public internet.
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
INNER_IPV6 = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
HOST = re.compile(r"[0-9A-Za-z._:-]+")
"""What names (in ASCII), IPv4 and IPv6 addresses are made of."""
LOW_WEB_PORTS = frozenset({80, 81, 443, 591})
FIRST_FREE_PORT, LAST_PORT = 1024, 65535
# Databases, remote desktops, mail, chat and the like; asking them in HTTP helps attackers only.
OTHER_TRADES = frozenset(
    {1080, 1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 3128, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432}
    | {5672, 5900, 6000, 6379, 6566, 6697, 9042, 9100, 9200, 9300, 10080, 11211, 27017}
    | set(range(6665, 6670))
)


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether an IP address (without brackets; a zone is refused) is a host of the public internet.

    IPv4 inside IPv6 (mapped, NAT64, 6to4) is judged by the IPv4 address within.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _public_ipv4(parsed) if isinstance(parsed, IPv4Address) else _public_ipv6(parsed)


def _public_ipv4(address: IPv4Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in block for block in INNER_IPV4)


def _public_ipv6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    embedded = _embedded(address)
    if embedded is not None:
        return _public_ipv4(embedded)
    return address in PUBLIC_IPV6 and not any(address in block for block in INNER_IPV6)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 host that packets to this address end up at."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRules:
    """The public internet plus what the operator exempts: ``networks`` (by the connected address) and ``endpoints``
    (host name or address, with a port or ``None`` for every port)."""

    networks: tuple[Network, ...] = ()
    endpoints: frozenset[tuple[str, int | None]] = frozenset()

    @classmethod
    def parse(cls, allowed: Sequence[str]) -> AddressRules:
        """Rules from ``allow_addresses``: CIDRs, addresses, ``host``, ``host:port``, ``[v6]:port``.

        Raises `ValueError` with the entry that makes no sense.
        """
        networks: list[Network] = []
        endpoints: set[tuple[str, int | None]] = set()
        for entry in allowed:
            text = entry.strip().lower()
            try:
                networks.append(ipaddress.ip_network(text.strip("[]"), strict=False))
            except ValueError:
                endpoints.add(_endpoint(text))
        return cls(networks=tuple(networks), endpoints=frozenset(endpoints))

    def permits(self, address: str, host: str, port: int) -> bool:
        """Whether ``address``, which ``host`` resolved to, may be dialled on ``port``."""
        return self._exempt(host, port) or self._exempt(address, port) or self._inside(address) or is_public(address)

    def refusal(self, scheme: str, userinfo: str, host: str, port: int) -> str | None:
        """Why an address on the web is not even looked up, as a clause for people; ``None`` when it may be.

        ``host`` is in ASCII (IDNA), without brackets.
        """
        if scheme not in {"http", "https"}:
            return f"“{scheme}” is not a scheme of the web"
        if userinfo:
            return "addresses with a user name or password are not followed"
        if not HOST.fullmatch(host):
            return "the address names no sound host"
        if self._exempt(host, port) or port in LOW_WEB_PORTS:
            return None
        if not FIRST_FREE_PORT <= port <= LAST_PORT or port in OTHER_TRADES:
            return f"port {port} does not serve web pages"
        return None

    def own(self, host: str, port: int) -> bool:
        """Whether the operator has declared this host (or address) with this port as their own."""
        # The one name whose address is known without asking anybody.
        return self._exempt(host, port) or self._inside("127.0.0.1" if host == "localhost" else host)

    def _exempt(self, host: str, port: int) -> bool:
        name = host.lower().strip("[]").rstrip(".")
        return (name, port) in self.endpoints or (name, None) in self.endpoints

    def _inside(self, address: str) -> bool:
        return bool(self.networks) and _lies_in(address, self.networks)


@lru_cache(maxsize=4096)
def _lies_in(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an IP address (an IPv4 one inside IPv6, too) is in one of the networks; asked twice a connection."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return any((mapped or parsed) in network for network in networks)


def _endpoint(text: str) -> tuple[str, int | None]:
    """``host``, ``host:port`` or ``[v6]:port`` taken apart."""
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, ""
    name = host.strip("[]").rstrip(".")
    sound = name and not set(name) & set("/@ \t?#") and (not colon or (port.isascii() and port.isdigit()))
    if not sound or (port and not 0 < int(port) < 65536):
        raise ValueError(f"“{text}” is neither a network, a host nor host:port")
    return name, int(port) if port else None
