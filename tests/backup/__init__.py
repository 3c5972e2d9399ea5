"""Backups: made, cut, spoilt, and brought back."""
