"""Measuring: the whole tree counts, a fault is a fault, nothing is left behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from bench.farm import Farm
from bench.farmhouse import Farmhouse
from bench.measure import BenchError, descendants, run, run_for
from bench.scenarios import Stage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
CHILD = "b = bytearray(60_000_000)\nimport time\nsum(i*i for i in range(2_000_000))\ntime.sleep(0.6)\n"


def gone(pid: int) -> bool:
    """Whether the process has ended, reaped or not; looks again a little later."""
    try:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
            return True
    except OSError:
        return True
    time.sleep(0.05)
    return False


def test_children_count_too(tmp_path: Path) -> None:
    """CPU time and memory of a child are those of the command."""
    parent = f"import subprocess, sys; print(7); subprocess.run([sys.executable, '-c', {CHILD!r}], check=True)"
    cost = run([sys.executable, "-c", parent], tmp_path, 60)
    assert cost.output == "7\n"
    assert cost.peak > 60_000_000
    assert cost.cpu > 0.02


def test_a_fault_is_told(tmp_path: Path) -> None:
    """The exit status and the last words of a command that failed."""
    with pytest.raises(BenchError, match=r"ended with 3: .*no bread"):
        run([sys.executable, "-c", "import sys; sys.stderr.write('no bread'); sys.exit(3)"], tmp_path, 60)


def test_a_hanging_command_is_ended_with_its_children(tmp_path: Path) -> None:
    """After the limit nobody of its tree is alive."""
    note = tmp_path / "pid"
    sleeper = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {sleeper!r}])"
    with pytest.raises(BenchError, match="longer than"):
        run([sys.executable, "-c", parent], tmp_path, 1.5)
    pid = int(note.read_text())
    # A killed process needs a moment to go; whoever adopts it may reap it late.
    assert any(gone(pid) for _ in range(200))


def test_a_service_is_ended_politely(tmp_path: Path) -> None:
    """SIGTERM after the time; a service that ends by itself is a fault."""
    service = "import signal, sys, time\nsignal.signal(15, lambda *_: (print('bye'), sys.exit(0)))\ntime.sleep(60)"
    assert run_for([sys.executable, "-c", service], tmp_path, 1.0).output == "bye\n"
    with pytest.raises(BenchError, match="by itself"):
        run_for([sys.executable, "-c", "pass"], tmp_path, 30)


def test_a_process_is_its_own_descendant() -> None:
    """The tree begins with the process itself."""
    assert descendants(os.getpid())[0] == os.getpid()


def test_the_floor_stores_every_entry_once(tmp_path: Path) -> None:
    """Cold all entries, then none at 304 and at the same bytes, then one a feed."""
    farm = Farm(feeds=4, entries=5, seed=3, epoch=1_790_000_000)
    with Farmhouse(farm) as house:
        stage = Stage(house, tmp_path)
        told = []
        for mode, generation in (("normal", 0), ("normal", 0), ("dumb", 0), ("normal", 1)):
            house.behave(mode, generation)
            told.append((int(stage.floor().output), dict(house.counts())))
    assert [stored for stored, _ in told] == [20, 0, 0, 4]
    assert [set(counts) - {"bytes"} for _, counts in told] == [{"200"}, {"304"}, {"200"}, {"200"}]
