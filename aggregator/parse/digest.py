"""Door to the reading processes: bytes to document in workers that can be killed. Loads no parser itself.

An own small pool: a worker is a fresh interpreter with a pipe in and a pipe out, so nothing wakes up while nothing is
to be read, one body is with one worker, and a worker that dies, hangs or is killed from outside costs that body only.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from datetime import timedelta

from aggregator.errors import UnreadableError
from aggregator.model import Document, ReadContext, Unreadable

Read = Callable[[bytes, ReadContext], Document]

START_LIMIT = 60.0
"""Seconds that a worker may take to start: importing is not reading, and a busy machine is slow at it."""
_LENGTH = struct.Struct("<Q")


class InlineDigest:
    """`ports.Digest` without a process, for commands that read one document of the operator's own choice."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def __call__(self, body: bytes, context: ReadContext) -> Document | Unreadable:
        """Read one body here and now, without limits of time and memory."""
        try:
            return self._read(body, context)
        except UnreadableError as error:
            return Unreadable(kind=error.kind, detail=error.detail)

    async def aclose(self) -> None:
        """Nothing to close."""


class ProcessDigest:
    """`ports.Digest` in worker processes.

    ``read`` must be a function at the top of a module; ``processes`` of 0 means one for each core that this process
    may use; ``timeout`` is for one body, ``memory`` the bytes that reading may take beyond what the worker has when it
    starts. A body waits outside until a worker is free, so at most ``processes`` bodies are being read.
    """

    def __init__(self, read: Read, processes: int, timeout: timedelta, memory: int) -> None:
        self._setup = (read.__module__, read.__qualname__, list(sys.path), memory, timeout.total_seconds())
        self._timeout = timeout.total_seconds()
        self._free = asyncio.Semaphore(processes or _cores())
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._closed = False

    async def __call__(self, body: bytes, context: ReadContext) -> Document | Unreadable:
        """Read one body. Kinds besides those of the reader: ``timeout``, ``memory`` (also for a worker that died)."""
        async with self._free:
            if self._closed:
                return Unreadable(kind="timeout", detail="reading was stopped before it began")
            return await self._read_with_worker(pickle.dumps((body, context)))

    async def aclose(self) -> None:
        """Kill every worker at once, busy or not, and wait until they are gone."""
        self._closed = True
        workers = list(self._all)
        for worker in workers:
            _kill(worker)
        await asyncio.gather(*(worker.wait() for worker in workers))
        self._all.clear()
        self._idle.clear()

    def pids(self) -> tuple[int, ...]:
        """The process numbers of the workers that run."""
        return tuple(worker.pid for worker in self._all if worker.returncode is None)

    async def _read_with_worker(self, task: bytes) -> Document | Unreadable:
        worker: Process | None = None
        done = False
        try:
            worker = await self._worker()
            async with asyncio.timeout(self._timeout):
                answer, done = await _exchange(worker, task)
        except TimeoutError:
            return Unreadable(kind="timeout", detail=f"not read within {self._timeout:g} seconds")
        except (asyncio.IncompleteReadError, OSError):
            status = await worker.wait() if worker else None
            if self._closed:
                return Unreadable(kind="timeout", detail="reading was stopped before it was done")
            return Unreadable(kind="memory", detail=f"the reading process ended with status {status}")
        finally:
            # Also on cancellation: a worker in the middle of something is of no use to the next body.
            if worker is not None:
                await self._give_back(worker, done)
        return answer

    async def _worker(self) -> Process:
        while self._idle:
            worker = self._idle.pop()
            if worker.returncode is None and not _has_ended(worker):
                return worker
            # It was killed while it had nothing to do, by a system short of memory perhaps: nobody's fault.
            await self._give_back(worker, False)
        return await self._start()

    async def _start(self) -> Process:
        command = (sys.executable, "-P", "-m", "aggregator.parse.worker")
        path = os.pathsep.join(filter(None, sys.path))
        worker = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=None, env={**os.environ, "PYTHONPATH": path}, limit=1 << 20
        )
        self._all.add(worker)
        try:
            async with asyncio.timeout(START_LIMIT):
                await _exchange(worker, pickle.dumps(self._setup))
        except BaseException:
            await self._give_back(worker, False)
            raise
        return worker

    async def _give_back(self, worker: Process, usable: bool) -> None:
        if usable and not self._closed:
            self._idle.append(worker)
            return
        _kill(worker)
        self._all.discard(worker)
        await worker.wait()


async def _exchange(worker: Process, frame: bytes) -> tuple[Document | Unreadable, bool]:
    """Send one frame, get one: the answer, and whether the worker is fit for another task."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(_LENGTH.pack(len(frame)) + frame)
    await worker.stdin.drain()
    (length,) = _LENGTH.unpack(await worker.stdout.readexactly(_LENGTH.size))
    answer: tuple[Document | Unreadable, bool] = pickle.loads(await worker.stdout.readexactly(length))  # noqa: S301
    return answer


def _cores() -> int:
    """The cores that this process may use, where the system tells, else all of them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _has_ended(worker: Process) -> bool:
    """Whether the process is gone already. The system is asked: the event loop may not have heard of it yet."""
    if worker.stdout is None or worker.stdout.at_eof():
        return True
    if not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _kill(worker: Process) -> None:
    if worker.returncode is None:
        try:
            worker.kill()
        except ProcessLookupError:
            return
