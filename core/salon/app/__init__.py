"""The composition root: one server, built once, started, stopped in reverse."""

from salon.app.life import App

__all__ = ["App"]
