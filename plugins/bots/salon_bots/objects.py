"""Discord's objects, made of Salon's: each key that a library needs is there, also when empty."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from salon.plugin import (
    Account,
    AccountKind,
    Category,
    Channel,
    Message,
    NotFound,
    Role,
    Room,
    Salon,
)
from salon_bots import content
from salon_bots.bits import application_flags, effective_bits, permission_bits
from salon_bots.models import Bot
from salon_bots.registry import Registry

Json = dict[str, Any]

VIEW = "channel.view"
TEXT, VOICE, CATEGORY = 0, 2, 4
PLAIN, REPLY = 0, 19
NO_VERIFY_KEY = "0" * 64  # interactions over HTTP are not signed: there are none


def time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class Objects:
    """Asks the server for what is true now; `bot` is always the account that will read it."""

    def __init__(self, salon: Salon, registry: Registry) -> None:
        self._salon = salon
        self._registry = registry

    @property
    def guild_id(self) -> int:
        return self._salon.community.id

    @property
    def owner(self) -> Account | None:
        return next((a for a in self._salon.accounts.all() if a.is_owner), None)

    # -- people

    def user(self, account: Account) -> Json:
        is_bot = account.kind is AccountKind.BOT
        return {
            "id": str(account.id),
            "username": account.handle,
            "discriminator": "0000" if is_bot else "0",
            "global_name": None if is_bot else account.display_name,
            "avatar": None,
            "bot": is_bot,
            "system": False,
            "banner": None,
            "accent_color": None,
            "public_flags": 0,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
        }

    def own_user(self, account: Account) -> Json:
        own = {"verified": True, "email": None, "mfa_enabled": True, "flags": 0}
        return self.user(account) | own

    def gone_user(self, account_id: int) -> Json:
        """Return somebody whose account is no longer known."""
        return {
            "id": str(account_id),
            "username": "deleted",
            "discriminator": "0",
            "global_name": None,
            "avatar": None,
            "bot": False,
            "public_flags": 0,
        }

    def member(self, account: Account, *, with_user: bool = True) -> Json:
        everyone = self.guild_id
        until = account.timed_out_until
        member: Json = {
            "nick": None,
            "avatar": None,
            "banner": None,
            "roles": [str(id_) for id_ in sorted(account.role_ids) if id_ != everyone],
            "joined_at": time(account.created_at),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None if until is None else time(until),
        }
        return {"user": self.user(account)} | member if with_user else member

    def role(self, role: Role) -> Json:
        is_everyone = role.id == self.guild_id
        return {
            "id": str(role.id),
            "name": "@everyone" if is_everyone else role.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "position": role.position,
            "permissions": permission_bits(role.permissions),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }

    # -- places

    def places(self, bot: Account) -> Sequence[Json]:
        """Return headings, channels and rooms that the bot may view now."""
        may = self._salon.accounts.may
        channels = [c for c in self._salon.channels.visible_to(bot) if c.room_id is None]
        rooms = [room for room in self._salon.rooms.all() if may(bot, VIEW, room.id)]
        return [
            *(self.category(category) for category in self._salon.channels.categories()),
            *(self.channel(channel) for channel in channels),
            *(self.room(room) for room in rooms),
        ]

    def place(self, place_id: int, bot: Account) -> Json | None:
        """Return a channel or room that the bot may view now, or None."""
        if not self.may_view(bot, place_id):
            return None
        room = self._salon.rooms.get(place_id)
        if room is not None:
            return self.room(room)
        channel = self._salon.channels.get(place_id)
        return None if channel is None else self.channel(channel)

    def may_view(self, bot: Account, place_id: int) -> bool:
        known = self._salon.channels.get(place_id) or self._salon.rooms.get(place_id)
        return known is not None and self._salon.accounts.may(bot, VIEW, place_id)

    def channel(self, channel: Channel) -> Json:
        return self._text_part(channel) | {
            "type": TEXT,
            "topic": channel.topic or None,
            "default_auto_archive_duration": 1440,
        }

    def room(self, room: Room) -> Json:
        chat = self._salon.channels.get(room.id)
        return self._text_part(room, chat) | {
            "type": VOICE,
            "bitrate": 64_000,
            "user_limit": min(room.seats, 99),
            "rtc_region": None,
            "video_quality_mode": 1,
        }

    def category(self, category: Category) -> Json:
        return {
            "id": str(category.id),
            "type": CATEGORY,
            "guild_id": str(self.guild_id),
            "name": category.name,
            "position": category.position,
            "parent_id": None,
            "permission_overwrites": [],
            "flags": 0,
            "nsfw": False,
        }

    def _text_part(self, place: Channel | Room, chat: Channel | None = None) -> Json:
        chat = place if isinstance(place, Channel) else chat
        last = None if chat is None else chat.last_message_id
        parent = place.category_id
        return {
            "id": str(place.id),
            "guild_id": str(self.guild_id),
            "name": place.name,
            "position": place.position,
            "parent_id": None if parent is None else str(parent),
            "permission_overwrites": [
                {
                    "id": str(overwrite.target_id),
                    "type": 0 if overwrite.target == "role" else 1,
                    "allow": permission_bits(overwrite.allow),
                    "deny": permission_bits(overwrite.deny),
                }
                for overwrite in place.overwrites
            ],
            "flags": 0,
            "nsfw": False,
            "last_message_id": None if last is None else str(last),
            "rate_limit_per_user": 0,
        }

    # -- the whole

    def roles(self) -> Sequence[Json]:
        return [self.role(role) for role in self._salon.accounts.roles()]

    def guild(self) -> Json:
        """Return the community as Discord's guild; 40 keys, none of them optional."""
        community, owner = self._salon.community, self.owner
        return {
            "id": str(community.id),
            "name": community.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "banner": None,
            "description": None,
            "owner_id": str(community.id if owner is None else owner.id),
            "roles": self.roles(),
            "emojis": [],
            "stickers": [],
            "features": [],
            "region": "local",
            "afk_channel_id": None,
            "afk_timeout": 300,
            "application_id": None,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "safety_alerts_channel_id": None,
            "vanity_url_code": None,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "nsfw": False,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "preferred_locale": "fr" if community.language == "fr" else "en-US",
            "max_presences": None,
            "max_members": 100_000,
            "max_video_channel_users": 0,
            "widget_enabled": False,
        }

    def partial_guild(self, bot: Account) -> Json:
        may = self._salon.accounts.may
        community = self._salon.community
        return {
            "id": str(community.id),
            "name": community.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": effective_bits(lambda name: may(bot, name)),
            "features": [],
        }

    def whole_guild(self, bot: Account, members: Sequence[Account], threshold: int) -> Json:
        """Return GUILD_CREATE for a bot."""
        count = len(self._salon.accounts.all())
        return self.guild() | {
            "joined_at": time(bot.created_at),
            "large": count > threshold,
            "unavailable": False,
            "member_count": count,
            "members": [self.member(account) for account in members],
            "channels": self.places(bot),
            "threads": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def application(self, bot: Bot, account: Account) -> Json:
        keeper = None if bot.kept_by is None else self._salon.accounts.get(bot.kept_by)
        keeper = keeper or self.owner or account
        return {
            "id": str(account.id),
            "name": account.display_name,
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": NO_VERIFY_KEY,
            "owner": self.user(keeper),
            "team": None,
            "flags": self.flags(bot),
            "rpc_origins": [],
            "tags": [],
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "integration_types_config": {"0": {}},
            "approximate_guild_count": 1,
            "bot": self.user(account),
        }

    def flags(self, bot: Bot) -> int:
        return application_flags(reads_messages=bot.reads_messages, sees_people=bot.sees_people)

    # -- messages

    async def message(self, message: Message, reader: Account) -> Json:
        """Return a message with the one it answers, as far as the reader may see it."""
        told = self._message(message)
        if message.reply_to_id is not None:
            quoted = await self._quoted(message.reply_to_id, reader)
            told["referenced_message"] = quoted
        return told

    async def messages(self, messages: Iterable[Message], reader: Account) -> Sequence[Json]:
        """Return a page; what it quotes of itself is not loaded again."""
        known = {message.id: message for message in messages}
        page = []
        for message in known.values():
            told = self._message(message)
            if message.reply_to_id is not None:
                quoted = known.get(message.reply_to_id)
                told["referenced_message"] = (
                    await self._quoted(message.reply_to_id, reader)
                    if quoted is None
                    else self._message(quoted)
                )
            page.append(told)
        return page

    async def _quoted(self, message_id: int, reader: Account) -> Json | None:
        try:
            return self._message(await self._salon.messages.get(message_id, actor=reader))
        except NotFound:
            return None

    def _message(self, message: Message) -> Json:
        accounts = self._salon.accounts
        text, mentioned = content.to_discord(message.text, accounts.by_handle)
        edited = message.edited_at
        told: Json = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "author": self._author(message),
            "content": text,
            "timestamp": time(message.posted_at),
            "edited_timestamp": None if edited is None else time(edited),
            "tts": False,
            "mention_everyone": False,
            "mentions": [
                self.user(a) | {"member": self.member(a, with_user=False)} for a in mentioned
            ],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": PLAIN if message.reply_to_id is None else REPLY,
            "flags": 0,
            "components": [],
        }
        nonce = content.nonce_out(message.nonce)
        if nonce is not None:
            told["nonce"] = nonce
        if self.is_by_webhook(message):
            told["webhook_id"] = str(message.author_id)
        if message.reply_to_id is not None:
            told["message_reference"] = {
                "type": 0,
                "message_id": str(message.reply_to_id),
                "channel_id": str(message.channel_id),
                "guild_id": str(self.guild_id),
            }
        return told

    def is_by_webhook(self, message: Message) -> bool:
        return message.shown_as is not None or self._registry.is_webhook(message.author_id)

    def _author(self, message: Message) -> Json:
        account = self._salon.accounts.get(message.author_id)
        if account is None:
            return self.gone_user(message.author_id)
        if not self.is_by_webhook(message):
            return self.user(account)
        return {
            "id": str(account.id),
            "username": message.shown_as or account.display_name,
            "discriminator": "0000",
            "global_name": None,
            "avatar": None,
            "bot": True,
            "public_flags": 0,
            "flags": 0,
        }

    def in_event(self, told: Json, message: Message) -> Json:
        """Return a message as the gateway tells it: with guild and, for people, member."""
        told = told | {"guild_id": str(self.guild_id)}
        author = self._salon.accounts.get(message.author_id)
        if author is not None and not self.is_by_webhook(message):
            told["member"] = self.member(author, with_user=False)
        return told
