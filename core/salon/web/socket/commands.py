"""Every command of the core in one registry."""

from salon.web.socket import accounts, channels, messages, rooms, server
from salon.web.socket.registry import Registry


def core_commands() -> Registry:
    every = Registry()
    for module in (accounts, channels, messages, rooms, server):
        every.include(module.registry)
    return every
