"""What the store keeps of where a version came from, and of versions brought later (B-08): a step of the schema."""

from __future__ import annotations

PROVENANCE = (
    "ALTER TABLE revisions ADD COLUMN provenance TEXT NOT NULL DEFAULT 'live'",
    "ALTER TABLE revisions ADD COLUMN observed_at TEXT",
    "ALTER TABLE polls ADD COLUMN provenance TEXT NOT NULL DEFAULT 'live'",
    "ALTER TABLE entries ADD COLUMN versions INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE entries ADD COLUMN first_observed_at TEXT",
    "UPDATE entries SET versions = current WHERE current > 1",
)
"""Every statement of the step, in order. What is stored already came by polls, and has as many versions as the live
feed had."""
