"""Clips: up to ninety seconds that listeners keep of a recording or an episode, with a page."""
