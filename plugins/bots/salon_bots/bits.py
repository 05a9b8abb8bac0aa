"""Discord's bit fields: permissions of roles and people, intents of a connection."""

from collections.abc import Callable, Iterable, Mapping
from enum import IntFlag

ADMINISTRATOR = 1 << 3
ALL_PERMISSIONS = (1 << 53) - 1

# Which bits a permission of Salon stands for, none of them twice. Permissions of other plugins
# have none, nor do those for what Discord has no permission for.
PERMISSION_BITS: Mapping[str, int] = {
    "administrator": ADMINISTRATOR,
    "channel.view": 1 << 10 | 1 << 16,  # view, read history
    "message.post": 1 << 11 | 1 << 14 | 1 << 38,  # send, embed links, send in threads
    "message.attach": 1 << 15,
    "message.manage": 1 << 13,
    "message.pin": 1 << 51,
    "message.hurry": 1 << 52,
    "reaction.add": 1 << 6,
    "emoji.manage": 1 << 30 | 1 << 43,  # manage and create expressions
    "mention.everyone": 1 << 17,
    "room.join": 1 << 20,
    "thread.create": 1 << 35,  # public threads: there are no others
    "thread.manage": 1 << 34,
    "room.speak": 1 << 21 | 1 << 25 | 1 << 32,  # speak, voice activity, request to speak
    "room.manage": 1 << 22 | 1 << 23 | 1 << 24,  # mute, deafen, move
    "channel.manage": 1 << 4,
    "member.invite": 1 << 0,
    "member.kick": 1 << 1,
    "member.ban": 1 << 2,
    "member.time_out": 1 << 40,
    "role.manage": 1 << 28,
    "server.manage": 1 << 5,
    "audit.view": 1 << 7,
    "bots.webhooks": 1 << 29,
}


class Intents(IntFlag):
    """What a bot asks to be told."""

    GUILDS = 1 << 0
    MEMBERS = 1 << 1
    PRESENCES = 1 << 8
    MESSAGES = 1 << 9
    TYPING = 1 << 11
    CONTENT = 1 << 15


KNOWN_INTENTS = (1 << 26) - 1
PEOPLE_INTENTS = Intents.MEMBERS | Intents.PRESENCES

FLAG_PRESENCE_LIMITED = 1 << 13
FLAG_MEMBERS_LIMITED = 1 << 15
FLAG_CONTENT_LIMITED = 1 << 19


def permission_bits(permissions: Iterable[str]) -> str:
    """Return a set of permissions as Discord writes it: a decimal text."""
    bits = 0
    for permission in permissions:
        bits |= PERMISSION_BITS.get(permission, 0)
    return str(bits)


def effective_bits(may: Callable[[str], bool]) -> str:
    """Return what somebody may do, all of it for an administrator."""
    if may("administrator"):
        return str(ALL_PERMISSIONS)
    return permission_bits(name for name in PERMISSION_BITS if may(name))


def application_flags(*, reads_messages: bool, sees_people: bool) -> int:
    """Return the flags by which libraries check what is granted."""
    people = FLAG_PRESENCE_LIMITED | FLAG_MEMBERS_LIMITED if sees_people else 0
    return people | (FLAG_CONTENT_LIMITED if reads_messages else 0)


def granted_intents(*, reads_messages: bool, sees_people: bool) -> int:
    """Return the intents that need to be granted and are."""
    people = int(PEOPLE_INTENTS) if sees_people else 0
    return people | (int(Intents.CONTENT) if reads_messages else 0)


PRIVILEGED = int(PEOPLE_INTENTS | Intents.CONTENT)
