"""Polling policies against each other under a virtual clock, on made-up or recorded publishers.

Law: the same seed gives the same numbers.
"""
