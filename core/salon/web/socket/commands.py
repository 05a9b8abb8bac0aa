"""Every command of the core in one registry."""

from salon.web.socket import (
    accounts,
    audit,
    channels,
    conversations,
    emoji,
    files,
    inbox,
    mail,
    messages,
    push,
    reactions,
    roles,
    rooms,
    sanctions,
    search,
    server,
    slash,
    stages,
    tags,
    threads,
    trials,
    ways_in,
)
from salon.web.socket.registry import Registry

MODULES = (
    accounts,
    audit,
    channels,
    conversations,
    emoji,
    files,
    inbox,
    mail,
    messages,
    push,
    reactions,
    roles,
    rooms,
    sanctions,
    search,
    server,
    slash,
    stages,
    tags,
    threads,
    trials,
    ways_in,
)


def core_commands() -> Registry:
    every = Registry()
    for module in MODULES:
        every.include(module.registry)
    return every
