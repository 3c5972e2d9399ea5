"""The reading processes: whatever a reader does, it costs its own body only."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from aggregator.model import Document, Unreadable
from aggregator.parse.digest import InlineDigest, ProcessDigest
from aggregator.parse.worker import _widen
from aggregator.ports import Digest
from tests.parse.readers import act
from tests.parse.samples import context

MEMORY = 256 * 1024 * 1024


@pytest_asyncio.fixture
async def digest() -> AsyncIterator[ProcessDigest]:
    """Two processes with a short limit of time."""
    made = ProcessDigest(act, 2, timedelta(seconds=2), MEMORY)
    yield made
    await made.aclose()


async def ask(digest: Digest, body: str) -> str:
    """What comes of a body: the title, or kind and detail."""
    match await digest(body.encode(), context()):
        case Document() as document:
            return document.feed.title or ""
        case Unreadable() as no:
            return f"{no.kind}: {no.detail}"


def running(pid: int) -> bool:
    """Whether there is such a process."""
    return Path(f"/proc/{pid}").exists()


def gone(pid: int) -> None:
    """Wait until there is no such process."""
    while running(pid):
        time.sleep(0.01)


def exited(pid: int) -> None:
    """Wait until a child has ended, in the way of everybody else on the event loop."""
    with suppress(ChildProcessError):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


async def test_a_document_comes_back(digest: ProcessDigest) -> None:
    """Ports: the answer is the reader's document, made in another process, the same one for the next body."""
    first, second = await ask(digest, "hello"), await ask(digest, "hello")
    assert first == second != str(os.getpid())
    assert int(first) in digest.pids()


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("refuse a web page", "html: a web page"),
        ("fail here", "malformed: the reader failed: KeyError: 'here'"),
        ("recurse", "too-deep: it is nested too deep to be read"),
        ("bomb 1000000000", "memory: reading it took more memory than is allowed"),
        ("die 7", "memory: the reading process ended with status 7"),
        ("sleep 60", "timeout: not read within 2 seconds"),
    ],
)
async def test_failures_are_values(digest: ProcessDigest, body: str, answer: str) -> None:
    """H-06: refusals, crashes, hangs and memory bombs are values, and the next body is read as if nothing were."""
    assert await ask(digest, body) == answer
    assert (await ask(digest, "hello")).isdigit()


async def test_a_hang_in_machine_code_is_killed(digest: ProcessDigest) -> None:
    """Guards: a loop that never returns to the interpreter is killed, its neighbour is not disturbed."""
    hung, fine = await asyncio.gather(ask(digest, "spin"), ask(digest, "sleep 0.1"))
    assert hung.startswith("timeout")
    assert fine.isdigit()
    assert len(digest.pids()) == 1


async def test_two_bodies_are_read_at_once(digest: ProcessDigest, tmp_path: Path) -> None:
    """Two workers meet in a folder, which only two at work at the same time can do."""
    one, two = await asyncio.gather(ask(digest, f"together {tmp_path}"), ask(digest, f"together {tmp_path}"))
    assert one.isdigit()
    assert two.isdigit()
    assert one != two


async def test_many_bodies_share_few_processes(digest: ProcessDigest) -> None:
    """Back-pressure: forty bodies at once never have more than two processes."""
    answers = await asyncio.gather(*(ask(digest, "hello") for _ in range(40)))
    assert len(set(answers)) == 2 == len(digest.pids())


async def test_worker_killed_while_idle_costs_nothing(digest: ProcessDigest) -> None:
    """A worker that the system kills while it waits is replaced without a failure."""
    idle = int(await ask(digest, "hello"))
    os.kill(idle, signal.SIGKILL)
    await asyncio.to_thread(gone, idle)
    assert int(await ask(digest, "hello")) != idle


async def test_worker_killed_a_moment_ago_costs_nothing(digest: ProcessDigest) -> None:
    """The same before the event loop has heard of it: the system knows."""
    idle = int(await ask(digest, "hello"))
    os.kill(idle, signal.SIGKILL)
    exited(idle)
    assert int(await ask(digest, "hello")) != idle


async def test_a_swollen_worker_retires(digest: ProcessDigest) -> None:
    """Memory: a worker that keeps 100 MB after a body answers and makes way for a lean one."""
    swollen = await ask(digest, "grow 100000000")
    assert swollen.isdigit()
    assert await ask(digest, "hello") != swollen


async def test_printing_does_not_disturb(digest: ProcessDigest) -> None:
    """A library that prints does not speak into our pipe."""
    assert (await ask(digest, "print \n")).isdigit()


async def test_terminal_signals_are_the_parents_business(digest: ProcessDigest) -> None:
    """Ctrl-C and SIGTERM reach the whole process group; a worker finishes what it reads."""
    await ask(digest, "hello")
    reading = asyncio.create_task(ask(digest, "sleep 0.5"))
    await asyncio.sleep(0.2)
    for pid in digest.pids():
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
    assert (await reading).isdigit()


async def test_cancelled_task_frees_its_worker(digest: ProcessDigest) -> None:
    """A poll that is given up takes its half-done worker with it."""
    busy = asyncio.create_task(ask(digest, "sleep 60"))
    await asyncio.sleep(0.5)
    busy.cancel()
    with pytest.raises(asyncio.CancelledError):
        await busy
    assert digest.pids() == ()
    assert (await ask(digest, "hello")).isdigit()


async def test_close_does_not_wait_for_a_hang() -> None:
    """`aclose` ends at once although a worker hangs in machine code; what was being read is given up."""
    digest = ProcessDigest(act, 1, timedelta(seconds=600), MEMORY)
    await ask(digest, "hello")
    (worker,) = digest.pids()
    busy = asyncio.create_task(ask(digest, "spin"))
    await asyncio.sleep(0.2)
    async with asyncio.timeout(30):
        await digest.aclose()
    assert (await busy).startswith("timeout: reading was stopped")
    assert not running(worker)
    assert (await ask(digest, "hello")).startswith("timeout")


async def test_a_reader_that_cannot_be_loaded() -> None:
    """A worker that cannot start is a value too."""
    digest = ProcessDigest(act, 1, timedelta(seconds=5), MEMORY)
    digest._setup = ("no.such.module", *digest._setup[1:])
    assert (await ask(digest, "hello")).startswith("memory: the reading process")
    await digest.aclose()


async def test_zero_means_one_for_each_core() -> None:
    """Settings: ``processes = 0`` gives as many workers as there are cores to use."""
    digest = ProcessDigest(act, 0, timedelta(seconds=5), MEMORY)
    assert digest._free._value == len(os.sched_getaffinity(0))


async def test_inline_digest_reads_here() -> None:
    """Ports: the same answers without a process."""
    digest = InlineDigest(act)
    assert await ask(digest, "hello") == str(os.getpid())
    assert await ask(digest, "refuse a web page") == "html: a web page"
    await digest.aclose()


def test_parent_loads_no_parser() -> None:
    """Memory: handing bodies to workers, and importing the room, loads neither lxml nor feedparser."""
    script = (
        "import sys, aggregator.parse, aggregator.parse.digest; "
        "sys.exit(any(name in sys.modules for name in ('lxml', 'feedparser', 'xml.parsers.expat')))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0


@pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="pipes have one size here")
def test_a_pipe_is_widened_where_that_is_allowed() -> None:
    """A whole answer fits in; what is no pipe is left as it is."""
    source, sink = os.pipe()
    _widen(sink)
    assert fcntl.fcntl(source, fcntl.F_GETPIPE_SZ) >= 64 * 1024
    os.close(sink)
    os.close(source)
    with Path(__file__).open("rb") as file:
        _widen(file.fileno())


async def test_long_answers_come_back_whole(digest: ProcessDigest) -> None:
    """An answer of more than any pipe holds."""
    assert await ask(digest, "bomb 5000000") == "x" * 5_000_000
