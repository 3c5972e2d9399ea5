"""Captures: every distinct answer of a publisher as WARC 1.1 files in a folder (R-66, P-01)."""
