"""The house: the community's own words, categories, channels."""

from dataclasses import replace

from salon.config import Limits
from salon.domain.accounts import Account, Community
from salon.domain.channels import Category, Channel
from salon.domain.events import (
    CategoryChanged,
    CategoryDeleted,
    ChannelChanged,
    ChannelCreated,
    ChannelDeleted,
    CommunityChanged,
    RoomChanged,
)
from salon.errors import Conflict, Invalid, NotFound
from salon.services import seed, texts
from salon.services.access import Access
from salon.services.directory import Directory
from salon.store import channels as stored
from salon.store import community as stored_community
from salon.store.base import CoreTransaction
from salon.store.store import Store

NAME_MAX = 64
RULES_MAX = 4_000
CHANNELS_MAX = 500
CATEGORIES_MAX = 50
HUE_MAX = 360


class Channels:
    """Create, change and delete; always for an actor."""

    def __init__(self, store: Store, access: Access, directory: Directory, limits: Limits) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._limits = limits

    # -- community

    async def edit_community(
        self,
        actor: Account,
        *,
        name: str | None = None,
        accent_hue: int | None = None,
        language: str | None = None,
        rules: str | None = None,
    ) -> Community:
        """Change what the community says of itself. Raises Denied, Invalid."""
        self._access.everywhere(actor, "server.manage")
        if accent_hue is not None and not 0 <= accent_hue <= HUE_MAX:
            raise Invalid("A hue is an angle from 0 to 360.", field="accent_hue")
        if language is not None and language not in seed.LANGUAGES:
            raise Invalid(f"Use one of {', '.join(seed.LANGUAGES)}.", field="language")
        known = self._directory.community
        changed = replace(
            known,
            name=known.name if name is None else seed.community_name(name),
            accent_hue=known.accent_hue if accent_hue is None else accent_hue,
            language=language or known.language,
            rules=known.rules if rules is None else _rules(rules),
        )

        def save(tx: CoreTransaction) -> Community:
            stored_community.save_community(tx, changed)
            tx.announce(CommunityChanged(changed))
            return changed

        return await self._store.write(save)

    # -- categories

    async def create_category(self, actor: Account, name: str) -> Category:
        self._access.everywhere(actor, "channel.manage")
        if len(self._directory.categories) >= CATEGORIES_MAX:
            raise Conflict(f"There are {CATEGORIES_MAX} categories; no more fit.")
        clean = texts.line(name, field="name", at_most=NAME_MAX)
        position = _next(self._directory.categories.values())
        return await self._store.write(
            lambda tx: _save_category(tx, Category(tx.new_id(), clean, position))
        )

    async def edit_category(
        self, actor: Account, category_id: int, *, name: str | None, position: int | None
    ) -> Category:
        known = self._category(actor, category_id)
        changed = replace(
            known,
            name=known.name if name is None else texts.line(name, field="name", at_most=NAME_MAX),
            position=known.position if position is None else position,
        )
        return await self._store.write(lambda tx: _save_category(tx, changed))

    async def delete_category(self, actor: Account, category_id: int) -> None:
        """Delete it; what was in it stands at the top from then on."""
        known = self._category(actor, category_id)
        channels = [c for c in self._directory.channels.values() if c.category_id == known.id]
        rooms = [r for r in self._directory.rooms.values() if r.category_id == known.id]

        def remove(tx: CoreTransaction) -> None:
            for channel in (replace(c, category_id=None) for c in channels):
                stored.save_channel(tx, channel)
                tx.announce(ChannelChanged(channel))
            for room in (replace(r, category_id=None) for r in rooms):
                stored.save_room(tx, room)
                tx.announce(RoomChanged(room))
            stored_community.delete_category(tx, known.id)
            tx.announce(CategoryDeleted(known.id))

        await self._store.write(remove)

    def _category(self, actor: Account, category_id: int) -> Category:
        self._access.everywhere(actor, "channel.manage")
        return self.category(category_id)

    def category(self, category_id: int) -> Category:
        known = self._directory.categories.get(category_id)
        if known is None:
            raise NotFound("There is no such category.", field="category")
        return known

    # -- channels

    async def create(
        self, actor: Account, name: str, *, topic: str = "", category_id: int | None = None
    ) -> Channel:
        """Make a channel. Raises Denied, Invalid, NotFound (category), Conflict (too many)."""
        self._access.everywhere(actor, "channel.manage")
        if len(self._directory.channels) >= CHANNELS_MAX:
            raise Conflict(f"There are {CHANNELS_MAX} channels; no more fit.")
        if category_id is not None:
            self.category(category_id)
        clean = texts.line(name, field="name", at_most=NAME_MAX)
        about = self._topic(topic)
        position = _next(self._directory.channels.values())

        def add(tx: CoreTransaction) -> Channel:
            taken = {channel.slug for channel in stored.load_channels(tx.connection)}
            slug = texts.slug(clean, taken)
            channel = Channel(tx.new_id(), slug, clean, about, category_id, position)
            stored.save_channel(tx, channel)
            tx.announce(ChannelCreated(channel))
            return channel

        return await self._store.write(add)

    async def edit(
        self,
        actor: Account,
        channel_id: int,
        *,
        name: str | None = None,
        topic: str | None = None,
        category_id: int | None = None,
        position: int | None = None,
    ) -> Channel:
        """Change a channel; its address stays. Raises NotFound, Denied, Invalid."""
        known = self._text_channel(actor, channel_id)
        if category_id is not None:
            self.category(category_id)
        changed = replace(
            known,
            name=known.name if name is None else texts.line(name, field="name", at_most=NAME_MAX),
            topic=known.topic if topic is None else self._topic(topic),
            category_id=known.category_id if category_id is None else category_id,
            position=known.position if position is None else position,
        )

        def save(tx: CoreTransaction) -> Channel:
            if not stored.exists(tx, changed.id):
                raise NotFound("There is no such channel.", field="channel")
            stored.save_channel(tx, changed)
            tx.announce(ChannelChanged(changed))
            return changed

        return await self._store.write(save)

    async def delete(self, actor: Account, channel_id: int) -> None:
        """Delete a channel and what was said in it. Twice is once."""
        known = self._text_channel(actor, channel_id)

        def remove(tx: CoreTransaction) -> None:
            if stored.exists(tx, known.id):
                stored.delete_channel(tx, known.id)
                tx.announce(ChannelDeleted(known))

        await self._store.write(remove)

    def _text_channel(self, actor: Account, channel_id: int) -> Channel:
        known = self._access.channel(actor, channel_id, "channel.manage")
        if known.room_id is not None:
            raise Conflict("This is the chat of a room. Change the room instead.")
        return known

    def _topic(self, text: str) -> str:
        return topic(text, self._limits)


def topic(text: str, limits: Limits) -> str:
    return texts.line(text, field="topic", at_most=limits.topic_max_characters, at_least=0)


def _rules(text: str) -> str:
    return texts.body(text, field="rules", at_most=RULES_MAX) if text.strip() else ""


def _next(things: object) -> int:
    positions = [thing.position for thing in things]  # type: ignore[attr-defined]
    return max(positions, default=-1) + 1


def _save_category(tx: CoreTransaction, category: Category) -> Category:
    stored_community.save_category(tx, category)
    tx.announce(CategoryChanged(category))
    return category
