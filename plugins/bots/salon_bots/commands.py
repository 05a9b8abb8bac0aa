"""What people ask for in the administration: bots by the owner, webhooks by hosts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from salon.plugin import Account, Command, NotFound, Payload, Salon
from salon_bots.gateway.frames import Close
from salon_bots.gateway.hub import Hub
from salon_bots.models import Bot, Webhook
from salon_bots.registry import Registry

MANAGE = "bots.manage"
WEBHOOKS = "bots.webhooks"
VIEW = "channel.view"
NAME_MAX = 64


def _id(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1 << 63):
        raise ValueError("expected an id: a text of digits")
    return text


Id = Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_id)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]


class Nothing(Payload):
    """No fields."""


class CreateBot(Payload):
    handle: Name
    display_name: Name


class ChosenBot(Payload):
    bot: Id


class EditBot(Payload):
    bot: Id
    reads_messages: bool | None = None
    sees_people: bool | None = None


class CreateWebhook(Payload):
    channel: Id
    name: Name


class ChosenWebhook(Payload):
    webhook: Id


class Commands:
    """The handlers."""

    def __init__(self, salon: Salon, registry: Registry, hub: Hub) -> None:
        self._salon = salon
        self._registry = registry
        self._hub = hub

    def all(self) -> list[Command]:
        return [
            Command("create", CreateBot, self.create, MANAGE),
            Command("list", Nothing, self.list_bots, MANAGE),
            Command("edit", EditBot, self.edit, MANAGE),
            Command("new_token", ChosenBot, self.new_token, MANAGE),
            Command("remove", ChosenBot, self.remove, MANAGE),
            Command("webhook_create", CreateWebhook, self.webhook_create, WEBHOOKS),
            Command("webhook_list", Nothing, self.webhook_list, WEBHOOKS),
            Command("webhook_new_address", ChosenWebhook, self.webhook_new_address, WEBHOOKS),
            Command("webhook_remove", ChosenWebhook, self.webhook_remove, WEBHOOKS),
        ]

    # -- bots

    async def create(self, actor: Account, payload: CreateBot) -> dict[str, Any]:
        made = await self._registry.add_bot(payload.handle, payload.display_name, actor)
        self._hub.look()
        return {"bot": self._bot(self._known(made.account.id)), "token": made.token}

    async def list_bots(self, _actor: Account, _payload: Nothing) -> dict[str, Any]:
        bots = [self._bot(bot) for bot in self._registry.bots()]
        return {"bots": bots, "address": self._salon.base_url}

    async def edit(self, _actor: Account, payload: EditBot) -> dict[str, Any]:
        """Change what a bot is told. It logs in anew, so that it learns of it."""
        before = after = self._known(int(payload.bot))
        chosen = payload.model_dump(exclude={"bot"}, exclude_none=True)
        if replace(before, **chosen) != before:
            after = await self._registry.change_bot(before.account_id, **chosen)
            self._hub.end_bot(before.account_id, Close.UNKNOWN, "What it may read has changed.")
        return {"bot": self._bot(after)}

    async def new_token(self, _actor: Account, payload: ChosenBot) -> dict[str, Any]:
        made = await self._registry.new_token(int(payload.bot))
        self._hub.end_bot(made.account.id, Close.BAD_TOKEN, "It has another token now.")
        return {"bot": self._bot(self._known(made.account.id)), "token": made.token}

    async def remove(self, _actor: Account, payload: ChosenBot) -> None:
        bot = self._known(int(payload.bot))
        await self._registry.remove(bot.account_id)
        self._hub.end_bot(bot.account_id, Close.BAD_TOKEN, "It has been removed.")
        self._hub.look()

    def _known(self, account_id: int) -> Bot:
        bot = self._registry.bot(account_id)
        if bot is None:
            raise NotFound("There is no such bot.", field="bot", reason="no_bot")
        return bot

    def _bot(self, bot: Bot) -> dict[str, Any]:
        account = self._salon.accounts.get(bot.account_id)
        return {
            "id": str(bot.account_id),
            "handle": "" if account is None else account.handle,
            "display_name": "" if account is None else account.display_name,
            "kept_by": _id_or_none(bot.kept_by),
            "created_at": _time(bot.created_at),
            "seen_at": _time(bot.seen_at),
            "is_here": self._hub.is_here(bot.account_id),
            "reads_messages": bot.reads_messages,
            "sees_people": bot.sees_people,
        }

    # -- webhooks

    async def webhook_create(self, actor: Account, payload: CreateWebhook) -> dict[str, Any]:
        made = await self._registry.add_webhook(int(payload.channel), payload.name, actor)
        return self._address(made.account.id, made.token)

    async def webhook_list(self, actor: Account, _payload: Nothing) -> dict[str, Any]:
        return {"webhooks": [self._webhook(one) for one in self._seen_by(actor)]}

    async def webhook_new_address(self, actor: Account, payload: ChosenWebhook) -> dict[str, Any]:
        webhook = self._chosen(actor, payload)
        made = await self._registry.new_webhook_token(webhook.account_id)
        return self._address(made.account.id, made.token)

    async def webhook_remove(self, actor: Account, payload: ChosenWebhook) -> None:
        await self._registry.remove(self._chosen(actor, payload).account_id)

    def _seen_by(self, actor: Account) -> Sequence[Webhook]:
        """Return the webhooks of channels that the actor may view."""
        may = self._salon.accounts.may
        return [w for w in self._registry.webhooks() if may(actor, VIEW, w.channel_id)]

    def _chosen(self, actor: Account, payload: ChosenWebhook) -> Webhook:
        for webhook in self._seen_by(actor):
            if webhook.account_id == int(payload.webhook):
                return webhook
        raise NotFound("There is no such webhook.", field="webhook", reason="bots.no_webhook")

    def _address(self, webhook_id: int, token: str) -> dict[str, Any]:
        made = next(one for one in self._registry.webhooks() if one.account_id == webhook_id)
        url = f"{self._salon.base_url}/api/webhooks/{webhook_id}/{token}"
        return {"webhook": self._webhook(made), "url": url}

    def _webhook(self, webhook: Webhook) -> dict[str, Any]:
        account = self._salon.accounts.get(webhook.account_id)
        return {
            "id": str(webhook.account_id),
            "name": "" if account is None else account.display_name,
            "channel_id": str(webhook.channel_id),
            "kept_by": _id_or_none(webhook.kept_by),
            "created_at": _time(webhook.created_at),
            "used_at": _time(webhook.used_at),
        }


def _id_or_none(id_: int | None) -> str | None:
    return None if id_ is None else str(id_)


def _time(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
