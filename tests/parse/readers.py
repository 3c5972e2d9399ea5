"""Readers for the tests of the reading processes: each does one thing to its process."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

from aggregator.errors import UnreadableError
from aggregator.model import Document, FeedProfile, ReadContext

KEPT: list[bytes] = []


def document(title: str) -> Document:
    """A document that says nothing but its title."""
    return Document(version="rss20", encoding="utf-8", feed=FeedProfile(title=title), entries=())


def act(body: bytes, context: ReadContext) -> Document:
    """Do what the body says, then answer with a document that names this process."""
    word, _, rest = body.decode().partition(" ")
    match word:
        case "sleep":
            time.sleep(float(rest))
        case "spin":
            re.match(r"(a+)+$", "a" * 64 + "b")
        case "die":
            os._exit(int(rest))
        case "bomb":
            return document("x" * len(bytearray(int(rest))))
        case "grow":
            KEPT.append(b"x" * int(rest))
        case "refuse":
            raise UnreadableError("html", rest)
        case "fail":
            raise KeyError(rest)
        case "recurse":
            return act(body, context)
        case "print":
            sys.stdout.write(rest)
            sys.stdout.flush()
        case "together":
            Path(rest, str(os.getpid())).touch()
            while len(list(Path(rest).iterdir())) < 2:
                time.sleep(0.01)
    return document(str(os.getpid()))
