"""The room that asks publishers: what to ask, whom it may reach, what an answer means. Two doors touch the network."""
