"""Every command of the core in one registry."""

from salon.web.socket import accounts, audit, channels, messages, roles, rooms, search, server
from salon.web.socket.registry import Registry


def core_commands() -> Registry:
    every = Registry()
    for module in (accounts, audit, channels, messages, roles, rooms, search, server):
        every.include(module.registry)
    return every
