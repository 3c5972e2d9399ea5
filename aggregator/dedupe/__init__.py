"""Which entry is which: hashes, identity and the outcome table. Pure; a decision is data that carries its reason."""
