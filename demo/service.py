"""The real service as a subprocess, and what its command line and its web server say. A door: processes and network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from demo.configuration import Written

ROOT = Path(__file__).parent.parent
ANSWER_LIMIT = 30.0
"""Seconds that one command or one request may take."""
STOP_LIMIT = 10.0
LOG = "serve.log"
LONGEST_MESSAGE = 400

Row = Mapping[str, Any]


class NoAnswerError(Exception):
    """The service or a command of it did not answer as it should; the text is for people."""


def command(config: Path, *words: str) -> list[str]:
    """``python -m aggregator --config FILE …`` with this interpreter."""
    return [sys.executable, "-m", "aggregator", "--config", str(config), *words]


def typed(config: Path, *words: str) -> str:
    """The same as a person would type it here."""
    script = Path(sys.executable).with_name("aggregator")
    short = os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)
    program = short if script.exists() else f"{sys.executable} -m aggregator"
    return f"{program} --config {config} {' '.join(words)}"


@contextmanager
def serving(written: Written) -> Iterator[subprocess.Popen[bytes]]:
    """``serve`` in a session of its own, so that Ctrl-C reaches it through us; its messages go to `LOG`."""
    with (written.file.parent / LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [*command(written.file), "--log", "text", "serve"], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_LIMIT)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            # Parsing processes are in the same session; none may outlive the demo.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def rows(config: Path, *words: str) -> Sequence[Row]:
    """The list that a command prints with ``--json``. Raises `NoAnswerError`."""
    line = command(config, *words, "--json")
    try:
        done = subprocess.run(line, cwd=ROOT, capture_output=True, timeout=ANSWER_LIMIT, check=True)  # noqa: S603
        answer = json.loads(done.stdout)
    except subprocess.CalledProcessError as fault:
        raise NoAnswerError(f"`{' '.join(words)}` ended with {fault.returncode}: {_last(fault.stderr)}") from None
    except (subprocess.TimeoutExpired, ValueError) as fault:
        raise NoAnswerError(f"`{' '.join(words)}`: {fault}") from None
    if not isinstance(answer, list):
        raise NoAnswerError(f"`{' '.join(words)} --json` printed no list")
    return answer


def page(url: str) -> bytes | None:
    """The body behind an address of the service, ``None`` unless it is 200."""
    try:
        answer = httpx.get(url, timeout=ANSWER_LIMIT, trust_env=False)
    except httpx.HTTPError:
        return None
    return answer.content if answer.status_code == httpx.codes.OK else None


def last_words(written: Written) -> str:
    """The last line of the service's messages."""
    return _last((written.file.parent / LOG).read_bytes())


def _last(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1][-LONGEST_MESSAGE:] if lines else "no message"
