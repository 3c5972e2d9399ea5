"""The two files of a bundle that are the same in all of them but for a line: what it is, and how it is verified."""

from __future__ import annotations

from importlib.resources import files

_README = """\
This folder is evidence: entries of web feeds as an archive of news feeds received them, and proof of when they were
received and that nothing was changed since. It was made by the archive at
{site}

What is in it
  data/entries/NUMBER/      one entry: every version as it was stored (.json), and its words to read (.txt)
  data/feeds/               the feeds that the entries came in
  data/captures/            the publishers' own answers, byte for byte (WARC, as web archives keep them)
  data/journal/             rows of the archive's journal, each chained to the one before by a hash
  data/heads.txt            the hashes that the archive published, one for each day
  data/proof.json           what belongs to what
  verify.py                 checks all of this
  manifest-sha512.txt …     this folder is a bag (BagIt, RFC 8493): any tool for bags can check that it is whole

How to verify it
  1. Any computer with Python 3.9 or newer:      python3 -I verify.py
     It computes every hash again. At the end it prints the daily heads that everything depends on.
  2. Ask somebody else for these heads: the archive publishes them at
     {heads}
     and others may have kept that list: a web archive, a library, the mailbox of whoever asked first. Save a copy that
     was made earlier than the doubt, and run:   python3 -I verify.py --heads COPY

What it proves
  An entry whose journal row lies before a head that others noted on a day was in the archive on that day, with exactly
  these words. Nobody could have changed or back-dated it afterwards without changing that head. It does not prove that
  the publisher wrote what was received; the answers in data/captures are what their server sent.

What is not in it
  Rows after the last daily head are not covered by one yet: make the bundle again a day later. The journal rows of
  other entries between ours and the head are here because the chain cannot be computed without them.
"""


def readme(site: str, heads: str) -> bytes:
    """``README.txt``: in plain words, for whoever is handed the bundle. ``site`` and ``heads`` are addresses."""
    return _README.format(site=site, heads=heads).encode()


def verifier() -> bytes:
    """``verify.py``: needs Python and nothing else."""
    return (files("aggregator.history.bundle") / "standalone.py").read_bytes()
