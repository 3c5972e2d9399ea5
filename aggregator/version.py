"""The version of this software, as commands, User-Agent and feeds name it."""

__version__ = "0.1.0"
