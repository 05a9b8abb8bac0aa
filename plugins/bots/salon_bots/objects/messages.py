"""Messages, with what they quote and whom they mention."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from salon.plugin import Account, File, Message, NotFound, Salon
from salon_bots import content
from salon_bots.objects.people import People, time
from salon_bots.registry import Registry

Json = dict[str, Any]

PLAIN, PIN_ADDED, REPLY = 0, 6, 19


BLANK: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def only_own_words(told: Json, bot_id: int) -> Json:
    """Return a message for a bot that may read only what is its own or mentions it."""
    id_ = str(bot_id)
    may_read = told["author"]["id"] == id_ or any(user["id"] == id_ for user in told["mentions"])
    shown = told if may_read else told | BLANK
    quoted = told.get("referenced_message")
    return (
        shown if quoted is None else shown | {"referenced_message": only_own_words(quoted, bot_id)}
    )


def _type_of(message: Message) -> int:
    if message.kind == "pin":
        return PIN_ADDED
    return PLAIN if message.reply_to_id is None else REPLY


class Messages:
    """What was written, for whoever reads it."""

    def __init__(self, salon: Salon, registry: Registry, people: People) -> None:
        self._salon = salon
        self._registry = registry
        self._people = people

    async def one(self, message: Message, reader: Account) -> Json:
        """Return a message with the one it answers, as far as the reader may see it."""
        told = self._message(message)
        if message.reply_to_id is not None:
            quoted = await self._quoted(message.reply_to_id, reader)
            told["referenced_message"] = quoted
        return told

    async def page(self, messages: Iterable[Message], reader: Account) -> Sequence[Json]:
        """Return a page; what it quotes of itself is not loaded again."""
        known = {message.id: message for message in messages}
        told_all = []
        for message in known.values():
            told = self._message(message)
            if message.reply_to_id is not None:
                quoted = known.get(message.reply_to_id)
                told["referenced_message"] = (
                    await self._quoted(message.reply_to_id, reader)
                    if quoted is None
                    else self._message(quoted)
                )
            told_all.append(told)
        return told_all

    async def _quoted(self, message_id: int, reader: Account) -> Json | None:
        try:
            return self._message(await self._salon.messages.get(message_id, actor=reader))
        except NotFound:
            return None

    def _message(self, message: Message) -> Json:
        named = message.mentions
        edited = message.edited_at
        told: Json = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "author": self._author(message),
            "content": message.text,
            "timestamp": time(message.posted_at),
            "edited_timestamp": None if edited is None else time(edited),
            "tts": False,
            "mention_everyone": named.everyone or named.here,
            "mentions": [
                self._people.user(a) | {"member": self._people.member(a, with_user=False)}
                for a in self._mentioned(message)
            ],
            "mention_roles": [str(id_) for id_ in named.role_ids],
            "attachments": [self._attachment(file) for file in message.files],
            "embeds": [],
            "pinned": message.pinned_at is not None,
            "type": _type_of(message),
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
                "guild_id": str(self._people.guild_id),
            }
        return told

    def _attachment(self, file: File) -> Json:
        """Return a file. Its address is for people who are signed in: a bot reads what it is."""
        url = f"{self._salon.base_url}/f/{file.id}/{quote(file.name, safe='')}"
        told: Json = {
            "id": str(file.id),
            "filename": file.name,
            "size": file.size_bytes,
            "url": url,
            "proxy_url": url,
            "content_type": file.media_type,
        }
        if file.width is not None:
            told |= {"width": file.width, "height": file.height}
        return told | ({"description": file.description} if file.description else {})

    def _mentioned(self, message: Message) -> Sequence[Account]:
        """Return who is named, and who is answered, each once."""
        named = message.mentions
        answered = () if named.answered_id is None else (named.answered_id,)
        known = map(self._salon.accounts.get, dict.fromkeys((*named.account_ids, *answered)))
        return [account for account in known if account is not None]

    def is_by_webhook(self, message: Message) -> bool:
        return message.shown_as is not None or self._registry.is_webhook(message.author_id)

    def _author(self, message: Message) -> Json:
        account = self._salon.accounts.get(message.author_id)
        if account is None:
            return self._people.gone_user(message.author_id)
        if not self.is_by_webhook(message):
            return self._people.user(account)
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
        told = told | {"guild_id": str(self._people.guild_id)}
        author = self._salon.accounts.get(message.author_id)
        if author is not None and not self.is_by_webhook(message):
            told["member"] = self._people.member(author, with_user=False)
        return told
