"""The house: the community's own words, categories, channels."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from salon.config import Limits
from salon.domain.accounts import Account, Community, Registration
from salon.domain.audit import differences, target
from salon.domain.channels import Category, Channel
from salon.domain.events import (
    CategoryChanged,
    CategoryDeleted,
    ChannelChanged,
    ChannelCreated,
    ChannelDeleted,
    CommunityChanged,
    RoomChanged,
    RulesRead,
)
from salon.errors import Conflict, Invalid, NotFound
from salon.services import seed, texts
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.files import Files
from salon.store import accounts as stored_accounts
from salon.store import audit
from salon.store import channels as stored
from salon.store import community as stored_community
from salon.store.base import CoreTransaction
from salon.store.store import Store

NAME_MAX = 64
RULES_MAX = 4_000
CHANNELS_MAX = 500
CATEGORIES_MAX = 50
SLOW_MODE_MAX_S = 21_600  # six hours
OF_CHATS_TOO = {"slow_mode_s"}  # what a room's chat has of its own
HUE_MAX = 360


class Channels:
    """Create, change and delete; always for an actor."""

    def __init__(
        self, store: Store, access: Access, directory: Directory, files: Files, limits: Limits
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._files = files
        self._limits = limits

    # -- community

    async def edit_community(  # noqa: PLR0913 each is a wish of its own
        self,
        actor: Account,
        *,
        name: str | None = None,
        accent_hue: int | None = None,
        language: str | None = None,
        rules: str | None = None,
        registration: Registration | None = None,
        link_cards: bool | None = None,
        public_rooms: bool | None = None,
    ) -> Community:
        """Change what the community says of itself. Raises Denied, Invalid, Unavailable."""
        self._access.everywhere(actor, "server.manage")
        if accent_hue is not None and not 0 <= accent_hue <= HUE_MAX:
            raise Invalid("A hue is an angle from 0 to 360.", field="accent_hue", reason="hue")
        if language is not None and language not in seed.LANGUAGES:
            raise Invalid(
                f"Use one of {', '.join(seed.LANGUAGES)}.", field="language", reason="malformed"
            )
        changes = given(
            name=None if name is None else seed.community_name(name),
            accent_hue=accent_hue,
            language=language,
            rules=None if rules is None else _rules(rules),
            registration=registration,
            link_cards=link_cards,
            public_rooms=public_rooms,
        )

        if accent_hue is not None:
            await self._lay_icons_on(actor, accent_hue)

        def save(tx: CoreTransaction) -> Community:
            known = stored_community.load_community(tx.connection) or self._directory.community
            changed = replace(known, **changes)
            if changed.rules != known.rules:
                changed = replace(changed, rules_version=known.rules_version + 1)
                stored_community.keep_rules(tx, changed)
                _read_by(tx, actor, changed.rules_version)
            stored_community.save_community(tx, changed)
            tx.announce(CommunityChanged(changed))
            _record(tx, actor, "community.changed", changed, differences(known, changed, *changes))
            return changed

        return await self._store.write(save)

    async def _lay_icons_on(self, actor: Account, accent_hue: int) -> None:
        known = self._directory.community
        if known.icon_id is not None and accent_hue != known.accent_hue:
            with suppress(NotFound):  # another picture came meanwhile
                await self._files.make_app_icons(actor, known.icon_id, accent_hue)

    # -- categories

    async def create_category(self, actor: Account, name: str) -> Category:
        self._access.everywhere(actor, "channel.manage")
        clean = texts.line(name, field="name", at_most=NAME_MAX)

        def add(tx: CoreTransaction) -> Category:
            known = stored_community.load_categories(tx.connection)
            if len(known) >= CATEGORIES_MAX:
                raise Conflict(
                    f"There are {CATEGORIES_MAX} categories; no more fit.",
                    reason="categories_full",
                    most=CATEGORIES_MAX,
                )
            category = Category(tx.new_id(), clean, _next(known))
            _record(tx, actor, "category.created", category)
            return _save_category(tx, category)

        return await self._store.write(add)

    async def edit_category(
        self, actor: Account, category_id: int, *, name: str | None, position: int | None
    ) -> Category:
        self._category(actor, category_id)
        changes = given(
            name=None if name is None else texts.line(name, field="name", at_most=NAME_MAX),
            position=position,
        )

        def save(tx: CoreTransaction) -> Category:
            known = _stored_category(tx, category_id)
            changed = replace(known, **changes)
            _record(tx, actor, "category.changed", changed, differences(known, changed, *changes))
            return _save_category(tx, changed)

        return await self._store.write(save)

    async def delete_category(self, actor: Account, category_id: int) -> None:
        """Delete it; what was in it stands at the top from then on."""
        known = self._category(actor, category_id)

        def remove(tx: CoreTransaction) -> None:
            for channel in stored.load_channels(tx.connection):
                if channel.category_id == known.id:
                    freed = replace(channel, category_id=None)
                    stored.save_channel(tx, freed)
                    tx.announce(ChannelChanged(freed))
            for room in stored.load_rooms(tx.connection):
                if room.category_id == known.id:
                    outside = replace(room, category_id=None)
                    stored.save_room(tx, outside)
                    tx.announce(RoomChanged(outside))
            stored_community.delete_category(tx, known.id)
            tx.announce(CategoryDeleted(known.id))
            _record(tx, actor, "category.deleted", known)

        await self._store.write(remove)

    def _category(self, actor: Account, category_id: int) -> Category:
        self._access.everywhere(actor, "channel.manage")
        return self.category(category_id)

    def category(self, category_id: int) -> Category:
        known = self._directory.categories.get(category_id)
        if known is None:
            raise NotFound("There is no such category.", field="category", reason="no_category")
        return known

    # -- channels

    async def create(
        self, actor: Account, name: str, *, topic: str = "", category_id: int | None = None
    ) -> Channel:
        """Make a channel. Raises Denied, Invalid, NotFound (category), Conflict (too many)."""
        self._access.everywhere(actor, "channel.manage")
        clean = texts.line(name, field="name", at_most=NAME_MAX)
        about = self._topic(topic)
        sees_all = self._directory.permissions(actor) is None

        def add(tx: CoreTransaction) -> Channel:
            known = stored.load_channels(tx.connection)
            if sum(channel.room_id is None for channel in known) >= CHANNELS_MAX:
                raise Conflict(
                    f"There are {CHANNELS_MAX} channels; no more fit.",
                    reason="channels_full",
                    most=CHANNELS_MAX,
                )
            said = () if category_id is None else _stored_category(tx, category_id).overwrites
            slug = texts.slug(clean, {channel.slug for channel in known}, sees_all=sees_all)
            position = _next(known)
            channel = Channel(
                tx.new_id(), slug, clean, about, category_id, position, overwrites=said
            )
            stored.save_channel(tx, channel)
            tx.announce(ChannelCreated(channel))
            _record(tx, actor, "channel.created", channel)
            return channel

        return await self._store.write(add)

    async def edit(  # noqa: PLR0913 each is a wish of its own
        self,
        actor: Account,
        channel_id: int,
        *,
        name: str | None = None,
        topic: str | None = None,
        category_id: int | None = None,
        position: int | None = None,
        slow_mode_s: int | None = None,
        is_public: bool | None = None,
    ) -> Channel:
        """Change a channel; its address stays. Of a room's chat only how slow it is.

        Raises NotFound, Denied, Invalid, Conflict (a room's chat).
        """
        if not 0 <= (slow_mode_s or 0) <= SLOW_MODE_MAX_S:
            raise Invalid(
                f"Slow mode takes 0 to {SLOW_MODE_MAX_S} seconds.",
                field="slow_mode_s",
                reason="slow_mode_long",
                most=SLOW_MODE_MAX_S,
            )
        changes = given(
            name=None if name is None else texts.line(name, field="name", at_most=NAME_MAX),
            topic=None if topic is None else self._topic(topic),
            category_id=category_id,
            position=position,
            slow_mode_s=slow_mode_s,
            is_public=is_public,
        )
        if changes.keys() <= OF_CHATS_TOO:
            self._access.text_channel(actor, channel_id, "channel.manage")
        else:
            self._text_channel(actor, channel_id)

        def save(tx: CoreTransaction) -> Channel:
            known = stored.find_channel(tx.connection, channel_id)
            if known is None:
                raise NotFound("There is no such channel.", field="channel", reason="no_channel")
            if category_id is not None:
                _stored_category(tx, category_id)
            changed = replace(known, **changes)
            stored.save_channel(tx, changed)
            tx.announce(ChannelChanged(changed))
            _record(tx, actor, "channel.changed", changed, differences(known, changed, *changes))
            return changed

        return await self._store.write(save)

    async def delete(self, actor: Account, channel_id: int) -> None:
        """Delete a channel and what was said in it. Twice is once."""
        known = self._text_channel(actor, channel_id)

        def remove(tx: CoreTransaction) -> None:
            if stored.exists(tx, known.id):
                stored.delete_channel(tx, known.id)
                tx.announce(ChannelDeleted(known))
                _record(tx, actor, "channel.deleted", known)

        await self._store.write(remove)

    def _text_channel(self, actor: Account, channel_id: int) -> Channel:
        known = self._access.text_channel(actor, channel_id, "channel.manage")
        if known.room_id is not None:
            raise Conflict(
                "This is the chat of a room. Change the room instead.", reason="room_chat"
            )
        return known

    def _topic(self, text: str) -> str:
        return topic(text, self._limits)


def topic(text: str, limits: Limits) -> str:
    return texts.line(text, field="topic", at_most=limits.topic_max_characters, at_least=0)


def given(**wishes: Any) -> dict[str, Any]:
    """Return what is to be changed. It is laid over the row inside the write: what others changed
    or ended since it was looked at must not come back."""
    return {name: wish for name, wish in wishes.items() if wish is not None}


def _record(
    tx: CoreTransaction,
    actor: Account,
    action: str,
    thing: Community | Category | Channel,
    changes: audit.Changes | None = None,
) -> None:
    audit.record(tx, actor, action, target(action.partition(".")[0], thing), changes=changes)


def _read_by(tx: CoreTransaction, actor: Account, version: int) -> None:
    """Who writes the rules has read them."""
    known = stored_accounts.find_account(tx.connection, actor.id)
    if known is not None:
        stored_accounts.save_account(tx, replace(known, rules_read=version))
        tx.announce(RulesRead(actor.id, version))


def _stored_category(tx: CoreTransaction, category_id: int) -> Category:
    for category in stored_community.load_categories(tx.connection):
        if category.id == category_id:
            return category
    raise NotFound("There is no such category.", field="category", reason="no_category")


def _rules(text: str) -> str:
    return texts.body(text, field="rules", at_most=RULES_MAX) if text.strip() else ""


def _next(things: object) -> int:
    positions = [thing.position for thing in things]  # type: ignore[attr-defined]
    return max(positions, default=-1) + 1


def _save_category(tx: CoreTransaction, category: Category) -> Category:
    stored_community.save_category(tx, category)
    tx.announce(CategoryChanged(category))
    return category
