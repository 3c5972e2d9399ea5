"""What a journal row touches besides its own feed: pure."""

from __future__ import annotations

import json


def old_category(payload: str) -> str:
    """The category a feed left by this change of configuration; empty where it kept its category."""
    change = json.loads(payload).get("category")
    return str(change[0] or "") if isinstance(change, list) else ""
