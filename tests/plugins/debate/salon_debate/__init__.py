"""Debates: a kind of room that a stranger might write, with the public API alone."""
