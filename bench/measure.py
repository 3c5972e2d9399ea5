"""Runs a command and measures it with all its descendants: wall time, CPU time, peak memory. Linux only (/proc)."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PERIOD = 0.2
"""Seconds between two looks at the tree."""
LAST_WORDS = 2_000


class BenchError(Exception):
    """The run says nothing: a command failed, hung or did something else than was to be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command took. ``cpu`` is user and system seconds of the tree; ``peak`` bytes of its memory together.

    ``last`` is the memory at the last look. Memory is PSS where the kernel tells it, so shared pages count once.
    ``messages`` are the last words on stderr.
    """

    wall: float
    cpu: float
    peak: int
    last: int
    output: str
    messages: str


@dataclass(slots=True)
class _Watch:
    """Looks at a process tree again and again until told to stop."""

    root: int
    peak: int = 0
    last: int = 0
    cpu: dict[int, float] = field(default_factory=dict)
    _end: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._end.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        # This thread alone leaves the cores of what is measured, so that looking does not slow it down.
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        while not self._end.wait(PERIOD):
            tree = descendants(self.root)
            memory = sum(map(memory_of, tree))
            self.last, self.peak = memory or self.last, max(self.peak, memory)
            self.cpu |= {pid: used for pid in tree if (used := cpu_of(pid)) is not None}


def run(command: Sequence[str], folder: Path, limit: float) -> Cost:
    """Run to the end. Raises `BenchError` when it takes longer than ``limit`` seconds or ends with a fault."""
    return watched(command, folder, lambda process: _wait(process, limit))


def run_for(command: Sequence[str], folder: Path, seconds: float) -> Cost:
    """Let a service run for a while, then end it with SIGTERM. Raises `BenchError` when it ends by itself."""

    def body(process: subprocess.Popen[bytes]) -> int:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            return _wait(process, limit=30.0)
        raise BenchError(f"{_words(command)} ended by itself")

    return watched(command, folder, body)


def watched(command: Sequence[str], folder: Path, body: Callable[[subprocess.Popen[bytes]], int]) -> Cost:
    """Start the command in a session of its own, watch it while ``body`` waits for its exit status, weigh it."""
    with (folder / "out.log").open("w+b") as out, (folder / "err.log").open("w+b") as err:
        before, began = os.times(), time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=err, start_new_session=True)
        watch = _Watch(process.pid)
        watch.begin()
        try:
            status = body(process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            watch.end()
        wall, after = time.monotonic() - began, os.times()
        out.seek(0)
        err.seek(0)
        output, fault = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if status != 0:
        raise BenchError(f"{_words(command)} ended with {status}: {fault[-LAST_WORDS:] or output[-LAST_WORDS:]}")
    reaped = after.children_user + after.children_system - before.children_user - before.children_system
    # A worker that is killed and never waited for is missing in the kernel's sum, but the watch has seen it.
    return Cost(
        wall=wall,
        cpu=max(reaped, sum(watch.cpu.values())),
        peak=watch.peak,
        last=watch.last,
        output=output,
        messages=fault[-LAST_WORDS:],
    )


def descendants(root: int) -> list[int]:
    """The process and everything below it that is alive."""
    parents: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += parents.get(pid, [])
    return found


def cpu_of(pid: int) -> float | None:
    """User and system seconds of one process itself."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else None


def memory_of(pid: int) -> int:
    """PSS in bytes, RSS where there is none, 0 for a process that is gone."""
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may itself hold spaces and brackets."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _wait(process: subprocess.Popen[bytes], limit: float) -> int:
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{process.args!r} took longer than {limit:.0f} seconds") from None


def _words(command: Sequence[str]) -> str:
    return " ".join(command[1:])
