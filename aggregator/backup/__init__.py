"""Backups: the whole archive as one file, or as a folder of plain files, and the way back."""
