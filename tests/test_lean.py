"""Libraries come without the comforts that nobody here uses, and nothing else is kept from them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aggregator.lean import without


def loaded(code: str) -> set[str]:
    """Top-level names of what a fresh interpreter holds after this."""
    line = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    return set(subprocess.run(line, capture_output=True, text=True, check=True, timeout=60).stdout.split())


def test_a_poll_loads_no_rich_and_no_second_http_client() -> None:
    """Neither logs nor requests need them; a terminal that wants a bar loads rich by itself."""
    found = loaded("import aggregator.service.once")
    assert {"structlog", "httpx", "httptools"} <= found
    assert not {"rich", "httpx._main", "httpcore", "h2", "tomlkit"} & found


def hidden() -> None:
    """Asks for something hidden inside the block, and lets the error out of it."""
    with without("wave"):
        import wave  # noqa: F401


def test_what_was_hidden_can_be_loaded_afterwards() -> None:
    """Hiding ends with the block, also where it ends in an error."""
    sys.modules.pop("wave", None)
    with pytest.raises(ImportError):
        hidden()
    import wave

    assert sys.modules["wave"] is wave


def test_what_is_loaded_already_stays() -> None:
    """Nobody loses a module in use."""
    import json

    with without("json"):
        assert sys.modules["json"] is json
    assert sys.modules["json"] is json
