"""Which requests count as going to one host: the registrable domain, so that a platform is one host (H-70). Pure."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=65_536)
def host_of(url: str) -> str:
    """The registrable domain of an address, lower-case: ``council.gov.uk`` for every server of that council.

    Only suffixes that registries run count, so all blogs of a platform are one host and share its patience. IP
    addresses and single names stand for themselves, and so does an address without a host.
    """
    try:
        name = urlsplit(url).hostname
    except ValueError:
        name = None
    return registrable(name.rstrip(".")) if name else url.lower()


def registrable(name: str) -> str:
    """The registrable domain of a host name, or the name itself where it has none."""
    try:
        return str(ip_address(name))
    except ValueError:
        return _suffixes().privatesuffix(name) or name


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """The list that comes with the library; read on first use."""
    return PublicSuffixList(only_icann=True)
