"""One process works on a store."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from aggregator.errors import LockedError, StoreError
from aggregator.service.lock import store_lock


def hold(folder: Path, ready: object) -> None:
    with store_lock(folder):
        ready.set()  # type: ignore[attr-defined]
        signal.pause()


def test_second_instance_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    """A second process on the same store refuses with the number of the first."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    child = context.Process(target=hold, args=(tmp_path, ready))
    child.start()
    assert ready.wait(20)
    with pytest.raises(LockedError, match=f"process {child.pid} already works on") as caught, store_lock(tmp_path):
        pass
    assert caught.value.pid == child.pid
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join(10)
    with store_lock(tmp_path):
        """A crash releases the lock."""


def test_unwritable_folder_is_explained(tmp_path: Path) -> None:
    """A folder that cannot be made names itself and the remedy."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"\[storage\] path"), store_lock(tmp_path / "file"):
        pass
