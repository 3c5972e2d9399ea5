"""Query parameters that only say how a reader came to a page (P-22); they never say which page it is."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote_plus

_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "at_custom", "_branch_")
_LIST = """
    fbclid gclid dclid gbraid wbraid gclsrc srsltid msclkid twclid yclid ysclid ttclid igshid _openstat
    fb_action_ids fb_action_types fb_ref fb_source mc_cid mc_eid mc_tc mkt_tok
    _hsenc _hsmi __hssc __hstc __hsfp hsctatracking vero_id vero_conv oly_anon_id oly_enc_id rb_clickid wickedid
    sc_cid at_medium at_campaign ns_mchannel ns_source ns_campaign cmpid ocid
    campaign_id campaign_medium campaign_name campaign_source campaign_term campaign_content
    itm_source itm_medium itm_campaign spm _bhlid
"""
_NAMES = frozenset(_LIST.split())
_REFERRERS = frozenset({"ref", "source", "from"})
_FEED_WORDS = frozenset({"rss", "feed"})
# Feeds that escape their links twice leave "amp;" at the head of every name but the first.
_ESCAPED_TWICE = re.compile(r"^(?:amp;)+")


def is_tracking(parameter: str, hosts: Collection[str] = ()) -> bool:
    """Whether ``name=value``, percent-encoded as in a query, is a tracking parameter (P-22).

    ``ref``, ``source`` and ``from`` count only with a value of ``rss``, ``feed`` or one of ``hosts`` (lower case).
    """
    name, _, value = parameter.partition("=")
    name = _ESCAPED_TWICE.sub("", unquote_plus(name).lower())
    if name in _NAMES or name.startswith(_PREFIXES):
        return True
    if name not in _REFERRERS:
        return False
    plain = unquote_plus(value).strip().lower()
    return plain in _FEED_WORDS or _bare(plain) in {_bare(host) for host in hosts}


def _bare(host: str) -> str:
    return host.removeprefix("www.")
