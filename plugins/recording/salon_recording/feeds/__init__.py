"""What podcast programs fetch: the feed of the show, its sound, and each member's own feed.

`rss` writes a feed of plain values; `library` gathers them and keeps what was written until
something changes; `routes` answers programs; `addresses` are the secret ones of members; `airing`
knows which rooms of the show are live.
"""
