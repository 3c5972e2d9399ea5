"""The benchmark: the real command line against a thousand generated feeds on loopback."""
