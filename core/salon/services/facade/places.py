"""What a plugin sees of channels, messages and topics."""

from collections.abc import Sequence

from salon.domain.accounts import Account
from salon.domain.channels import Category, Channel
from salon.domain.messages import Message
from salon.domain.permissions import VIEW
from salon.domain.tags import Tag
from salon.errors import NotFound
from salon.services.facade.limits import check_given, is_given
from salon.services.messages import SHOWN_AS_MAX
from salon.services.names import display_name
from salon.services.services import Services


class PluginChannels:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    def get(self, channel_id: int) -> Channel | None:
        channel = self._services.directory.outline(channel_id)
        if channel is None or not is_given(self._plugin, self._services, channel):
            return None
        return channel

    def visible_to(self, account: Account) -> Sequence[Channel]:
        directory = self._services.directory
        seen = [c for c in directory.channels.values() if directory.may(account, VIEW, c.id)]
        return sorted(seen, key=lambda channel: (channel.position, channel.id))

    def threads_for(self, account: Account) -> Sequence[Channel]:
        directory = self._services.directory
        return [t for t in directory.open_threads() if directory.may(account, VIEW, t.id)]

    def categories(self) -> Sequence[Category]:
        categories = self._services.directory.categories.values()
        return sorted(categories, key=lambda category: (category.position, category.id))

    async def create(self, name: str, *, topic: str = "", actor: Account) -> Channel:
        return await self._services.channels.create(actor, name, topic=topic)


class PluginMessages:
    """Of a conversation that the plugin is not given, every answer is that there is none."""

    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    async def post(
        self,
        channel_id: int,
        text: str,
        *,
        as_account: Account,
        reply_to_id: int | None = None,
        shown_as: str | None = None,
        nonce: str | None = None,
    ) -> Message:
        check_given(self._plugin, self._services, channel_id)
        name = None if shown_as is None else display_name(shown_as[: SHOWN_AS_MAX * 4])
        return await self._services.messages.post(
            as_account,
            channel_id,
            text,
            nonce=nonce,
            reply_to_id=reply_to_id,
            shown_as=name,
        )

    async def edit(self, message_id: int, text: str, *, as_account: Account) -> Message:
        await self._find(message_id, as_account)
        return await self._services.messages.edit(as_account, message_id, text)

    async def delete(self, message_id: int, *, as_account: Account) -> None:
        await self._find(message_id, as_account)
        await self._services.deletions.delete(as_account, message_id)

    async def get(self, message_id: int, *, actor: Account) -> Message:
        return await self._find(message_id, actor)

    async def history(
        self,
        channel_id: int,
        *,
        actor: Account,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Sequence[Message]:
        check_given(self._plugin, self._services, channel_id)
        found = await self._services.messages.history(
            actor, channel_id, before=before, after=after, limit=limit
        )
        return tuple(found.page.messages)

    async def typing(self, channel_id: int, *, as_account: Account) -> None:
        check_given(self._plugin, self._services, channel_id)
        await self._services.presence.typing(as_account, channel_id)

    async def _find(self, message_id: int, actor: Account) -> Message:
        message = await self._services.messages.get(actor, message_id)
        channel = self._services.directory.outline(message.channel_id)
        if channel is None or not is_given(self._plugin, self._services, channel):
            raise NotFound("There is no such message.", field="message", reason="no_message")
        return message


class PluginTags:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def named(self, names: Sequence[str], *, actor: Account) -> Sequence[int]:
        return await self._services.tags.named(actor, names)

    def shown(self, tag_ids: Sequence[int]) -> Sequence[Tag]:
        return self._services.tags.shown(tag_ids)
