"""Moderation: words held back, reports, a queue."""
