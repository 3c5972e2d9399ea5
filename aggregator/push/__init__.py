"""Push: which hub a feed offers, what a subscription does next, whether a delivery is genuine, whether push is trusted.

Pure: time and random secrets are arguments; the door to hubs is in the fetch room.
"""

from aggregator.push.discovery import discover
from aggregator.push.health import covered, delivered, offered, polled
from aggregator.push.lifecycle import Ask, End, Wait, ask, begin, end, form_of, is_live, next_step, refused, wanted
from aggregator.push.signature import Checked, check
from aggregator.push.verification import Accepted, Rejected, verify

__all__ = [
    "Accepted",
    "Ask",
    "Checked",
    "End",
    "Rejected",
    "Wait",
    "ask",
    "begin",
    "check",
    "covered",
    "delivered",
    "discover",
    "end",
    "form_of",
    "is_live",
    "next_step",
    "offered",
    "polled",
    "refused",
    "verify",
    "wanted",
]
