"""Libraries loaded without the comforts they would load beside: a command that asks a thousand feeds and finds nothing
new spends more time on loading than on asking.

Below everything else. httpx brings a command line of its own, structlog prints tracebacks with rich where it finds it;
both are optional to them, and neither is used here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["structlog", "without"]


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Inside, modules of these names that are not loaded yet cannot be: who would like one does without."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # documented: None means "not to be had"
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


with without("rich", "better_exceptions"):
    import structlog
