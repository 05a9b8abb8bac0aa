"""Bots: programs written for Discord log in here, and webhooks post."""
