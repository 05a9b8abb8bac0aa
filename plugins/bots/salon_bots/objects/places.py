"""Channels, their threads, rooms and the headings over them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from salon.plugin import Account, Category, Channel, Room, Salon
from salon_bots.bits import permission_bits
from salon_bots.objects.people import time

Json = dict[str, Any]

VIEW, MANAGE = "channel.view", "channel.manage"
TEXT, VOICE, CATEGORY, THREAD, STAGE = 0, 2, 4, 11, 13  # threads of Salon are public: none is 12

DAY_MIN = 1_440
EPOCH_MS, COUNTER_BITS = 1_420_070_400_000, 22


class Places:
    """What one bot may view now."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon

    def all(self, bot: Account) -> Sequence[Json]:
        """Return headings, channels and rooms that the bot may view now."""
        may = self._salon.accounts.may
        channels = [c for c in self._salon.channels.visible_to(bot) if c.room_id is None]
        rooms = [room for room in self._salon.rooms.all() if may(bot, VIEW, room.id)]
        inside = {c.category_id for c in channels} | {room.category_id for room in rooms}
        sees_all = may(bot, MANAGE)
        return [
            *(
                self.category(category)
                for category in self._salon.channels.categories()
                if sees_all or category.id in inside
            ),
            *(self.channel(channel) for channel in channels),
            *(self.room(room) for room in rooms),
        ]

    def one(self, place_id: int, bot: Account) -> Json | None:
        """Return a channel or room that the bot may view now, or None."""
        if not self.may_view(bot, place_id):
            return None
        room = self._salon.rooms.get(place_id)
        if room is not None:
            return self.room(room)
        channel = self._salon.channels.get(place_id)
        if channel is None:
            return None
        return self.channel(channel) if channel.parent_id is None else self.thread(channel)

    def threads(self, bot: Account, known: Mapping[str, Json] | None = None) -> Sequence[Json]:
        """Return the open threads that the bot may view now, and what became of those known."""
        found = {str(t.id): self.thread(t) for t in self._salon.channels.threads_for(bot)}
        for id_, before in (known or {}).items():
            if id_ in found or before["type"] != THREAD:
                continue
            is_away = before["thread_metadata"]["archived"]
            now = self.one(int(id_), bot)
            if now is not None:
                found[id_] = before if is_away else now  # it may have lost its name by now
        return tuple(found.values())

    def may_view(self, bot: Account, place_id: int) -> bool:
        known = self._salon.channels.get(place_id) or self._salon.rooms.get(place_id)
        return known is not None and self._salon.accounts.may(bot, VIEW, place_id)

    def channel(self, channel: Channel) -> Json:
        return self._text_part(channel) | {
            "type": TEXT,
            "topic": channel.topic or None,
            "default_auto_archive_duration": DAY_MIN,
        }

    def thread(self, thread: Channel) -> Json:
        parent = self._salon.channels.get(thread.parent_id or 0)
        last = thread.last_message_id
        return {
            "id": str(thread.id),
            "type": THREAD,
            "guild_id": str(self._salon.community.id),
            "name": thread.name,
            "parent_id": str(thread.parent_id),
            "owner_id": str(thread.started_by or self._salon.community.id),
            "message_count": thread.message_count,
            "member_count": min(len(thread.member_ids), 50),
            "total_message_sent": thread.message_count,
            "last_message_id": None if last is None else str(last),
            "rate_limit_per_user": 0 if parent is None else parent.slow_mode_s,
            "flags": 0,
            "applied_tags": [],
            "thread_metadata": {
                "archived": thread.archived,
                "auto_archive_duration": DAY_MIN,
                "archive_timestamp": time(_made_at(last or thread.id)),
                "locked": False,
                "create_timestamp": time(_made_at(thread.id)),
            },
        }

    def room(self, room: Room) -> Json:
        chat = self._salon.channels.get(room.id)
        return self._text_part(room, chat) | {
            "type": STAGE if room.kind == "stage" else VOICE,
            "topic": room.topic or None,
            "bitrate": 64_000,
            "user_limit": min(room.seats, 99),
            "rtc_region": None,
            "video_quality_mode": 1,
        }

    def category(self, category: Category) -> Json:
        return {
            "id": str(category.id),
            "type": CATEGORY,
            "guild_id": str(self._salon.community.id),
            "name": category.name,
            "position": category.position,
            "parent_id": None,
            "permission_overwrites": _overwrites(category),
            "flags": 0,
            "nsfw": False,
        }

    def _text_part(self, place: Channel | Room, chat: Channel | None = None) -> Json:
        chat = place if isinstance(place, Channel) else chat
        last = None if chat is None else chat.last_message_id
        parent = place.category_id
        return {
            "id": str(place.id),
            "guild_id": str(self._salon.community.id),
            "name": place.name,
            "position": place.position,
            "parent_id": None if parent is None else str(parent),
            "permission_overwrites": _overwrites(place),
            "flags": 0,
            "nsfw": False,
            "last_message_id": None if last is None else str(last),
            "rate_limit_per_user": 0 if chat is None else chat.slow_mode_s,
        }


def _made_at(id_: int) -> datetime:
    """Return when what has the id was made: ids carry it."""
    return datetime.fromtimestamp(((id_ >> COUNTER_BITS) + EPOCH_MS) / 1_000, UTC)


def _overwrites(of: Channel | Room | Category) -> list[Json]:
    return [
        {
            "id": str(overwrite.target_id),
            "type": 0 if overwrite.target == "role" else 1,
            "allow": permission_bits(overwrite.allow),
            "deny": permission_bits(overwrite.deny),
        }
        for overwrite in of.overwrites
    ]
