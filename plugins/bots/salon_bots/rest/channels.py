"""Channels and what is written in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from salon.plugin import Channel, Message, NotFound, Salon
from salon_bots import content
from salon_bots.config import BotsConfig
from salon_bots.errors import DiscordError, bad_field, not_here, unknown
from salon_bots.objects import Objects
from salon_bots.objects.messages import only_own_words
from salon_bots.pace import Limit
from salon_bots.rest.people import limit_of
from salon_bots.rest.table import Call, Endpoint, parse_id

PAGE_MAX = 100
CURSORS = ("before", "after", "around")
PAGE_STEP = 20  # the smallest page that the server's settings allow

# What Salon's messages cannot carry. Empty ones are no loss.
NOT_CARRIED: Mapping[str, str] = {
    "components": "components",
    "attachments": "attachments",
    "sticker_ids": "stickers",
    "poll": "polls",
}


class Channels:
    """Answers about channels; posts, changes and deletes as the bot's account."""

    def __init__(self, salon: Salon, objects: Objects, config: BotsConfig) -> None:
        self._salon = salon
        self._objects = objects
        self._config = config

    def endpoints(self) -> Sequence[Endpoint]:
        channel, messages = "/channels/{channel}", "/channels/{channel}/messages"
        one = messages + "/{message}"
        posting = Limit(self._config.messages_per_5_s, 5.0)
        return (
            Endpoint("GET", channel, self.channel, major="channel"),
            Endpoint("GET", messages, self.history, major="channel"),
            Endpoint("POST", messages, self.post, posting, major="channel"),
            Endpoint("GET", one, self.message, major="channel"),
            Endpoint("PATCH", one, self.edit, posting, major="channel"),
            Endpoint("DELETE", one, self.delete, Limit(5, 1.0), major="channel"),
            Endpoint("POST", f"{channel}/typing", self.typing, Limit(5, 5.0), major="channel"),
        )

    async def channel(self, call: Call) -> Any:
        place = self._objects.places.one(call.id("channel", "Channel"), call.account)
        if place is None:
            raise unknown("Channel")
        return place

    # -- reading

    async def history(self, call: Call) -> Any:
        channel = self._text_channel(call)
        limit = limit_of(call, 50, PAGE_MAX)
        found = await self._asked(call, channel.id, limit)
        page = await self._objects.messages.page(found, call.account)
        page = [_readable(told, call) for told in page]
        return sorted(page, key=lambda told: int(told["id"]), reverse=True)

    async def _asked(self, call: Call, channel_id: int, limit: int) -> Sequence[Message]:
        cursors = [name for name in CURSORS if name in call.query]
        if not cursors:
            return await self._before(call, channel_id, None, limit)
        if len(cursors) > 1:
            raise bad_field("before", "INVALID", "Use one of before, after and around.")
        cursor = parse_id(call.query[cursors[0]], "Message")
        if cursors == ["before"]:
            return await self._before(call, channel_id, cursor, limit)
        if cursors == ["after"]:
            return await self._after(call, channel_id, cursor, limit)
        older = await self._before(call, channel_id, cursor, limit // 2)
        newer = await self._after(call, channel_id, cursor - 1, limit - len(older))
        return [*older, *newer]

    async def _before(
        self, call: Call, channel_id: int, cursor: int | None, limit: int
    ) -> Sequence[Message]:
        found: list[Message] = []
        while len(found) < limit:
            step = min(PAGE_STEP, limit - len(found))
            page = await self._salon.messages.history(
                channel_id, actor=call.account, before=cursor, limit=step
            )
            found[:0] = page
            if len(page) < step:
                break
            cursor = page[0].id
        return found

    async def _after(
        self, call: Call, channel_id: int, cursor: int, limit: int
    ) -> Sequence[Message]:
        found: list[Message] = []
        while len(found) < limit:
            step = min(PAGE_STEP, limit - len(found))
            page = await self._salon.messages.history(
                channel_id, actor=call.account, after=cursor, limit=step
            )
            found += page
            if len(page) < step:
                break
            cursor = page[-1].id
        return found

    async def message(self, call: Call) -> Any:
        told = await self._objects.messages.one(await self._message(call), call.account)
        return _readable(told, call)

    # -- writing

    async def post(self, call: Call) -> Any:
        channel = self._text_channel(call)
        check_carried(call.fields)
        text = self._text(call)
        message = await self._salon.messages.post(
            channel.id,
            text,
            as_account=call.account,
            reply_to_id=await self._reply_to(call, channel),
            nonce=content.nonce_in(
                call.fields.get("nonce"), is_enforced=call.fields.get("enforce_nonce") is True
            ),
        )
        return _readable(await self._objects.messages.one(message, call.account), call)

    async def edit(self, call: Call) -> Any:
        message = await self._message(call)
        if message.author_id != call.account.id:
            raise DiscordError(403, 50005, "Cannot edit a message authored by another user")
        check_carried(call.fields)
        if not call.fields.keys() & {"content", "embeds"}:
            return _readable(await self._objects.messages.one(message, call.account), call)
        text = self._text(call)
        edited = await self._salon.messages.edit(message.id, text, as_account=call.account)
        return _readable(await self._objects.messages.one(edited, call.account), call)

    async def delete(self, call: Call) -> None:
        message = await self._message(call)
        await self._salon.messages.delete(message.id, as_account=call.account)

    async def typing(self, call: Call) -> None:
        channel = self._text_channel(call)
        await self._salon.messages.typing(channel.id, as_account=call.account)

    # -- finding

    def _text(self, call: Call) -> str:
        words = content.compose(call.fields.get("content"), call.fields.get("embeds"))
        return content.from_discord(words)

    def _text_channel(self, call: Call) -> Channel:
        """Return the channel, or a room's chat, that the bot may view."""
        channel_id = call.id("channel", "Channel")
        channel = self._salon.channels.get(channel_id)
        if channel is None or not self._objects.places.may_view(call.account, channel_id):
            raise unknown("Channel")
        return channel

    async def _message(self, call: Call) -> Message:
        channel = self._text_channel(call)
        message_id = call.id("message", "Message")
        message = await self._salon.messages.get(message_id, actor=call.account)
        if message.channel_id != channel.id:
            raise unknown("Message")
        return message

    async def _reply_to(self, call: Call, channel: Channel) -> int | None:
        """Return what the message answers; gone ones are passed over if the bot says so."""
        reference = call.fields.get("message_reference")
        if reference is None:
            return None
        if not isinstance(reference, dict):
            raise bad_field("message_reference", "MODEL_TYPE_CONVERT", "Use an object.")
        if reference.get("type") not in {None, 0}:
            raise not_here("forwarding messages")
        message_id = parse_id(str(reference.get("message_id")), "Message")
        try:
            quoted = await self._salon.messages.get(message_id, actor=call.account)
        except NotFound:
            quoted = None
        if quoted is not None and quoted.channel_id == channel.id:
            return quoted.id
        if reference.get("fail_if_not_exists") is False:
            return None
        raise bad_field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")


def _readable(told: dict[str, Any], call: Call) -> dict[str, Any]:
    return told if call.bot.reads_messages else only_own_words(told, call.account.id)


def check_carried(fields: Mapping[str, Any]) -> None:
    """Refuse by name what would be lost. Raises DiscordError."""
    for name, feature in NOT_CARRIED.items():
        if fields.get(name):
            raise not_here(feature)
