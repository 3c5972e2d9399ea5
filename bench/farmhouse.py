"""The benchmark's hold on its feed server: starts it, tells it what to do, reads its counters, ends it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.farm import Farm
from bench.server import address, path

ROOT = Path(__file__).parent.parent
STOP_LIMIT = 10.0


@dataclass(slots=True)
class Farmhouse:
    """A running feed server. ``core`` of −1 leaves it where the system puts it."""

    farm: Farm
    core: int = -1
    port: int = 0
    bytes: int = 0
    _process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it and wait for the port. Raises `OSError` when it ends instead."""
        farm = self.farm
        line = [sys.executable, "-m", "bench.server", "--feeds", str(farm.feeds), "--entries", str(farm.entries)]
        line += ["--seed", str(farm.seed), "--epoch", str(farm.epoch), "--core", str(self.core)]
        self._process = subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        hello = self._heard()
        self.port, self.bytes = hello["port"], hello["bytes"][0]
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        """End of its input is the end of it."""
        process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def urls(self) -> list[str]:
        """The address of every feed, in order."""
        return [f"http://{address(feed)}:{self.port}{path(feed)}" for feed in range(self.farm.feeds)]

    def behave(self, mode: str, generation: int) -> None:
        """Change manner and generation, and begin to count anew."""
        self._ask(f"set {mode} {generation}")
        self.counts()

    def counts(self) -> Mapping[str, int]:
        """Answers by status, and bytes sent, since the last time."""
        return self._ask("counts")

    def _ask(self, line: str) -> Mapping[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Mapping[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError("the feed server ended")
        heard: Mapping[str, Any] = json.loads(line)
        return heard
