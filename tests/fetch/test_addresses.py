"""Whom we may reach (H-43)."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.fetch.addresses import AddressRules, is_public

INNER_TEXT = """127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
100.100.100.200 0.0.0.0 0.1.2.3 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.7 224.0.0.1 239.1.2.3 240.0.0.1
255.255.255.255 168.63.129.16 192.88.99.1 :: ::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1
ff0e::1 2001:db8::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:20::1 3fff::1 100::1 5f00::1 64:ff9b:1::1
::ffff:127.0.0.1 ::ffff:10.1.2.3 ::ffff:169.254.169.254 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::0a00:1
2002:7f00:1:: 2002:a9fe:a9fe:: 2002:c0a8:101::1 localhost 127.1 2130706433 0x7f000001"""
OUTER_TEXT = """8.8.8.8 1.1.1.1 93.184.215.14 172.15.0.1 172.32.0.1 100.63.255.255 100.128.0.1 2606:4700:4700::1111
2a00:1450:4009::200e 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1"""
INNER, OUTER = INNER_TEXT.split(), OUTER_TEXT.split()


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_refused(address: str) -> None:
    """H-43: private, loopback, link-local, shared, multicast, reserved, metadata, in every disguise."""
    assert not is_public(address)
    assert not AddressRules().permits(address, "ainsbeck.example", 80)


@pytest.mark.parametrize("address", OUTER)
def test_public_addresses_are_permitted(address: str) -> None:
    """H-43: the public internet stays reachable, IPv4 by way of IPv6 too."""
    assert AddressRules().permits(address, "ainsbeck.example", 443)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_no_wrapping_makes_an_address_public(number: int) -> None:
    """H-43: mapped, NAT64 and 6to4 forms are as public as the IPv4 address inside."""
    plain = is_public(str(ipaddress.IPv4Address(number)))
    for wrapped in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80 | 1):
        assert is_public(str(ipaddress.IPv6Address(wrapped))) == plain


def test_networks_exempt_by_address() -> None:
    """H-43: a CIDR exempts whatever name leads there, mapped forms too, and nothing beside it."""
    rules = AddressRules.parse(["192.168.7.0/24", "fd12::/16"])
    assert rules.permits("192.168.7.9", "intranet.example", 80)
    assert rules.permits("::ffff:192.168.7.9", "intranet.example", 80)
    assert rules.permits("fd12::1", "intranet.example", 80)
    assert not rules.permits("192.168.8.9", "intranet.example", 80)
    assert not rules.permits("fe80::1%eth0", "intranet.example", 80)


@pytest.mark.parametrize(
    ("entry", "address", "host", "port", "permitted"),
    [
        ("localhost:8080", "127.0.0.1", "localhost", 8080, True),
        ("localhost:8080", "::1", "LOCALHOST.", 8080, True),
        ("localhost:8080", "127.0.0.1", "localhost", 8081, False),
        ("localhost:8080", "127.0.0.1", "evil.example", 8080, False),
        ("127.0.0.1:8080", "127.0.0.1", "rebound.example", 8080, True),
        ("127.0.0.1:8080", "127.0.0.1", "127.0.0.1", 80, False),
        ("[::1]:8080", "::1", "::1", 8080, True),
        ("[::1]:8080", "::1", "::1", 80, False),
        ("intranet", "10.0.0.1", "intranet", 1234, True),
        ("127.0.0.1", "127.0.0.1", "anything", 1, True),
    ],
)
def test_endpoints_exempt_by_name_and_port(entry: str, address: str, host: str, port: int, permitted: bool) -> None:
    """H-43: ``host:port`` exempts this port only, a bare host every port."""
    assert AddressRules.parse([entry]).permits(address, host, port) is permitted


@pytest.mark.parametrize("entry", ["", ":80", "host:", "host:0", "host:99999", "a/b", "u@h", "300.1.1.1/8", "ho st"])
def test_exemptions_that_make_no_sense_are_refused(entry: str) -> None:
    """H-43: a slip in the settings never widens the rules in silence."""
    with pytest.raises(ValueError, match="neither a network"):
        AddressRules.parse([entry])


@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "javascript", "data", ""])
def test_only_the_web_is_asked(scheme: str) -> None:
    """H-43: http and https, nothing else."""
    assert AddressRules().refusal(scheme, "", "ainsbeck.example", 80)


@pytest.mark.parametrize("port", [0, 22, 25, 53, 110, 143, 445, 993, 3306, 5432, 6379, 6667, 9200, 11211, 27017])
def test_ports_of_other_trades_are_refused(port: int) -> None:
    """H-43: a feed address is no way to talk to mail servers and databases, unless the operator says so."""
    assert AddressRules().refusal("http", "", "ainsbeck.example", port)
    assert (
        AddressRules.parse([f"ainsbeck.example:{port or 1}"]).refusal("http", "", "ainsbeck.example", port or 1) is None
    )


def test_ports_beyond_the_last_are_refused() -> None:
    """H-43: 16 bits make a port."""
    assert AddressRules().refusal("http", "", "ainsbeck.example", 65_536)


@pytest.mark.parametrize("port", [80, 443, 8080, 8443, 8000, 3000, 65535])
def test_ports_of_the_web_are_permitted(port: int) -> None:
    """H-43: ordinary feeds on ordinary ports."""
    assert AddressRules().refusal("https", "", "ainsbeck.example", port) is None


@pytest.mark.parametrize("host", ["", "a b", "[", "%5b", "a/b", "a\n", "ü.example"])
def test_hosts_that_are_none_are_refused(host: str) -> None:
    """H-43: what is no host name in ASCII is not even looked up."""
    assert AddressRules().refusal("https", "", host, 443)


@pytest.mark.parametrize(
    "host", ["ainsbeck.example", "xn--bcher-kva.example", "a_b.example.", "8.8.8.8", "2606:4700::1"]
)
def test_hosts_are_permitted(host: str) -> None:
    """H-43: names and addresses in their usual forms."""
    assert AddressRules().refusal("https", "", host, 443) is None


def test_user_names_are_refused() -> None:
    """H-43: no credentials in an address."""
    assert AddressRules().refusal("https", "user:pw", "ainsbeck.example", 443)
