"""The word to the service manager, heard on a real socket."""

from __future__ import annotations

import socket
from pathlib import Path

from aggregator.service.notify import notify, watchdog_seconds


def test_state_arrives(tmp_path: Path) -> None:
    """READY=1 arrives as one datagram."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        assert notify("READY=1", {"NOTIFY_SOCKET": str(path)})
        assert manager.recv(100) == b"READY=1"


def test_nobody_listens() -> None:
    """Without a manager, or with a dead one, nothing happens."""
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": "/nowhere/at/all"})
    assert not notify("READY=1", {"NOTIFY_SOCKET": "relative"})


def test_watchdog_is_fed_twice_as_often_as_asked() -> None:
    """Half of WATCHDOG_USEC, or nothing."""
    assert watchdog_seconds({"WATCHDOG_USEC": "30000000"}) == 15
    assert watchdog_seconds({}) is None
    assert watchdog_seconds({"WATCHDOG_USEC": "soon"}) is None
