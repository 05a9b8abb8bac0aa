"""What a fresh community finds: a role for hosts, two channels, one room."""

from dataclasses import replace

from salon.domain.accounts import Account, Community
from salon.domain.channels import Category, Channel
from salon.domain.events import (
    CategoryChanged,
    ChannelCreated,
    CommunityChanged,
    RoleChanged,
    RoomOpened,
)
from salon.domain.permissions import EVERYONE_DEFAULT, HOST_DEFAULT, Role
from salon.domain.rooms import TALK, Room
from salon.services import texts
from salon.store import channels as stored_channels
from salon.store import community as stored
from salon.store.base import CoreTransaction

NAME_MAX = 64
ACCENT_HUE = 165  # the green of the design tokens
LANGUAGES = ("en", "fr")

WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "host": ("Host", ""),
        "lounge": ("The lounge", ""),
        "general": ("general", "Everything that has no place of its own"),
        "introductions": ("introductions", "Say hello"),
        "table": ("Kitchen table", "Sit down, the kettle is on"),
    },
    "fr": {
        "host": ("Hôte", ""),
        "lounge": ("Le salon", ""),
        "general": ("général", "Tout ce qui n’a pas d’autre place"),
        "introductions": ("présentations", "Dis bonjour"),
        "table": ("Table de la cuisine", "Assieds-toi, l’eau chauffe"),
    },
}


def community_name(text: str) -> str:
    return texts.line(text, field="community", at_most=NAME_MAX)


def furnish(tx: CoreTransaction, owner: Account, name: str, language: str) -> None:
    """Write and announce the first state; part of claiming."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    words = WORDS[language]
    id_ = tx.new_id()
    community = Community(id_, name, ACCENT_HUE, language, "", id_, claimed_at=tx.now)
    stored.save_community(tx, community)
    _add_role(tx, Role(community.id, "everyone", 0, EVERYONE_DEFAULT))
    _add_role(tx, Role(tx.new_id(), words["host"][0], 1, HOST_DEFAULT))
    category = Category(tx.new_id(), words["lounge"][0], 0)
    stored.save_category(tx, category)
    for position, key in enumerate(("general", "introductions")):
        title, topic = words[key]
        channel = Channel(tx.new_id(), texts.slug(title, ()), title, topic, category.id, position)
        stored_channels.save_channel(tx, channel)
        tx.announce(ChannelCreated(channel))
    title, topic = words["table"]
    room = Room(
        id=tx.new_id(),
        slug=texts.slug(title, ()),
        name=title,
        topic=topic,
        kind=TALK,
        category_id=category.id,
        position=0,
        seats=25,
        opened_by=owner.id,
    )
    add_room(tx, room)
    tx.announce(CategoryChanged(category))
    tx.announce(CommunityChanged(community))


def add_room(tx: CoreTransaction, room: Room) -> None:
    """Write and announce a room with its chat, the channel of the same id."""
    chat = chat_of(room)
    stored_channels.save_room(tx, room)
    stored_channels.save_channel(tx, chat)
    tx.announce(RoomOpened(room))
    tx.announce(ChannelCreated(chat))


def chat_of(room: Room) -> Channel:
    """Return the channel that is a room's chat: same id, name and overwrites."""
    return Channel(
        room.id,
        room.slug,
        room.name,
        room.topic,
        room.category_id,
        room.position,
        room.overwrites,
        room_id=room.id,
    )


def chat_in(tx: CoreTransaction, room: Room) -> Channel:
    """Return a room's chat as it is to be kept; how slow it is, is its own."""
    known = stored_channels.find_channel(tx.connection, room.id)
    return replace(chat_of(room), slow_mode_s=0 if known is None else known.slow_mode_s)


def _add_role(tx: CoreTransaction, role: Role) -> None:
    stored.save_role(tx, role)
    tx.announce(RoleChanged(role))
