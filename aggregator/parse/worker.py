"""Door: the inside of one reading process. It reads frames from standard input until that ends, and answers each.

Run as ``python -m aggregator.parse.worker`` by `digest`; not a command for people.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from aggregator.errors import UnreadableError
from aggregator.model import Unreadable

Answer = tuple[object, bool]

_LENGTH = struct.Struct("<Q")
_GRACE = 30
_NICENESS = 5
"""Reading can wait; answering servers and readers cannot."""
_ROOM = 1024 * 1024
"""What Linux lets anybody give to a pipe. Memory is taken only for what is in it."""
_GROWTH = 64 * 1024 * 1024
"""A worker that kept this much more than it had at first retires, so that one huge document costs no memory later."""


def main() -> None:
    """Set up by the first frame, then answer one frame after another."""
    source, sink = _take_pipes()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Both reach the whole process group; the parent decides when work ends, by closing the pipe or by SIGKILL.
        signal.signal(number, signal.SIG_IGN)
    os.nice(_NICENESS)
    setup = _receive(source)
    if setup is None:
        return
    module, name, path, memory, seconds = pickle.loads(setup)  # noqa: S301
    sys.path[:] = path
    read = _find(module, name)
    _limit(memory)
    first = _resident()
    _send(sink, (None, True))
    while (task := _receive(source)) is not None:
        # Should the parent die while this worker hangs, the alarm ends it: nobody else would.
        signal.alarm(int(seconds) + _GRACE)
        answer, sound = _answer(read, task)
        signal.alarm(0)
        fit = sound and _resident() - first < _GROWTH
        _send(sink, (answer, fit))
        if not fit:
            return


def _answer(read: Callable[..., object], task: bytes) -> Answer:
    """What comes of one task, and whether this process is still sound after it."""
    try:
        body, context = pickle.loads(task)  # noqa: S301
        return read(body, context), True
    except UnreadableError as error:
        return Unreadable(kind=error.kind, detail=error.detail), True
    except MemoryError:
        gc.collect()
        return Unreadable(kind="memory", detail="reading it took more memory than is allowed"), False
    except RecursionError:
        return Unreadable(kind="too-deep", detail="it is nested too deep to be read"), True
    except Exception as error:
        return Unreadable(kind="malformed", detail=f"the reader failed: {type(error).__name__}: {error!s:.200}"), True


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes for ourselves alone: whatever else reads standard input or prints must not disturb them."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _widen(sink.fileno())
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return source, sink


def _widen(pipe: int) -> None:
    """Let a pipe hold a whole answer, where the system allows it, so that nobody is woken for a part of one."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _ROOM)


def _find(module: str, name: str) -> Callable[..., object]:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    function: Callable[..., object] = found
    return function


def _limit(memory: int) -> None:
    """No core dumps, and no more address space than now plus ``memory`` (where the system tells how much is now)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = _pages(0)
    if memory > 0 and used:
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))


def _resident() -> int:
    """The memory in use now, in bytes (the peak would be that of the parent: it survives `exec`)."""
    return _pages(1)


def _pages(column: int) -> int:
    """A column of ``/proc/self/statm`` in bytes, 0 where there is none: address space, resident."""
    try:
        status = os.open("/proc/self/statm", os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        return int(os.read(status, 200).split()[column]) * resource.getpagesize()
    finally:
        os.close(status)


def _receive(source: BinaryIO) -> bytes | None:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    frame = source.read(length)
    return frame if len(frame) == length else None


def _send(sink: BinaryIO, answer: Answer) -> None:
    frame = pickle.dumps(answer)
    sink.write(_LENGTH.pack(len(frame)) + frame)
    sink.flush()


if __name__ == "__main__":
    main()
