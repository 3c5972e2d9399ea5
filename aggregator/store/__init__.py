"""The room that remembers: memory and SQLite behind the same ports, one hash-chained journal as the truth."""
