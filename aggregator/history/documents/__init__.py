"""Saved documents made into entries: month pages of dead sites, articles kept as plain text, whole folders of both.

What a file is (`kinds`), what stands above the posts of an archive page (`archive`), where one post ends and the next
begins (`parting`), and titles where none is stated (`titles`) are decided here; reading and hashing the words is left
to the rooms that do it for live feeds, so that a saved copy and a live one have the same hashes.
"""
