"""Which bots and webhooks there are: known by heart, written through to the tables."""

import asyncio
import hmac
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from salon.plugin import Account, AccountKind, Conflict, Denied, NotFound, Salon, Transaction
from salon_bots import models, tokens
from salon_bots.config import BotsConfig
from salon_bots.models import Bot, Webhook

SEEN_EVERY = timedelta(minutes=1)
POST = "message.post"
MAKING = "making"  # what is being made: its handle, and an id that was there before it


@dataclass(frozen=True, slots=True)
class Secret:
    """What is shown once."""

    account: Account
    token: str


class Registry:
    """Owns the rows; looks secrets up by their hash."""

    def __init__(self, salon: Salon, config: BotsConfig) -> None:
        self._salon = salon
        self._config = config
        self._bots: dict[int, Bot] = {}
        self._webhooks: dict[int, Webhook] = {}
        self._by_token: dict[bytes, int] = {}
        self._adding = asyncio.Lock()  # so that two at once do not both take the last place

    async def load(self) -> None:
        """Learn what there is, and remove an account that was made when the server ended."""
        bots, webhooks = await self._salon.db.read(models.load)
        self._bots = {bot.account_id: bot for bot in bots}
        self._webhooks = {webhook.account_id: webhook for webhook in webhooks}
        self._by_token = {bot.token_hash: bot.account_id for bot in bots}
        async with self._adding:
            await self._remove_half_made()

    # -- looking up

    def bots(self) -> Sequence[Bot]:
        return tuple(self._bots.values())

    def webhooks(self) -> Sequence[Webhook]:
        return tuple(self._webhooks.values())

    def bot(self, account_id: int) -> Bot | None:
        return self._bots.get(account_id)

    def is_webhook(self, account_id: int) -> bool:
        return account_id in self._webhooks

    def by_token(self, token: str) -> Bot | None:
        account_id = self._by_token.get(tokens.hash_of(token))
        return None if account_id is None else self._bots.get(account_id)

    def webhook(self, account_id: int, token: str) -> tuple[Webhook | None, bool]:
        """Return the webhook and whether the token is its own; the same work for every answer."""
        webhook = self._webhooks.get(account_id)
        expected = bytes(32) if webhook is None else webhook.token_hash
        return webhook, hmac.compare_digest(expected, tokens.hash_of(token))

    # -- making accounts

    async def _make_account(self, handle: str, display_name: str) -> Account:
        """Make an account for which a row is written next. Raises Invalid, Conflict.

        The core keeps the account and the plugin the row, in two transactions: it is noted
        before, so that an account that never got its row is found again.
        """
        await self._remove_half_made()
        note = {"handle": handle, "after": str(self._salon.new_id())}
        await self._salon.kv.set(MAKING, note)
        return await self._salon.accounts.create_bot(handle, display_name)

    async def _remove_half_made(self) -> None:
        note = await self._salon.kv.get(MAKING)
        if note is None:
            return
        account = self._salon.accounts.by_handle(note["handle"])
        if account is not None and self._is_half_made(account, int(note["after"])):
            await self._salon.accounts.remove_bot(account.id)
        await self._salon.kv.set(MAKING, None)

    def _is_half_made(self, account: Account, after_id: int) -> bool:
        is_known = account.id in self._bots or account.id in self._webhooks
        return account.kind is AccountKind.BOT and account.id > after_id and not is_known

    # -- bots

    async def add_bot(self, handle: str, display_name: str, keeper: Account) -> Secret:
        """Register a bot. Raises Invalid, Conflict."""
        async with self._adding:
            return await self._add_bot(handle, display_name, keeper)

    async def _add_bot(self, handle: str, display_name: str, keeper: Account) -> Secret:
        if len(self._bots) >= self._config.bots_max:
            raise Conflict(
                f"There are {len(self._bots)} bots already. Remove one first.",
                reason="bots.bots_full",
                most=len(self._bots),
            )
        account = await self._make_account(handle, display_name)
        token = tokens.new_bot_token(account.id)
        now = self._salon.clock.now()
        bot = Bot(account.id, tokens.hash_of(token), keeper.id, created_at=now)
        await self._salon.db.write(lambda tx: models.add_bot(tx.connection, bot))
        self._keep(bot)
        await self._salon.kv.set(MAKING, None)
        return Secret(account, token)

    async def change_bot(self, account_id: int, **changes: Any) -> Bot:
        """Change these facts of a bot and no others. Raises NotFound.

        Two changes can be under way at once: a bot is seen while its token is replaced. Each
        writes its own columns, and is laid over what is known when it is on disk.
        """
        await self._salon.db.write(lambda tx: models.save_bot(tx.connection, account_id, changes))
        current = self._bots.get(account_id)
        if current is None:  # removed meanwhile
            raise NotFound("There is no such bot.", field="bot", reason="no_bot")
        changed = replace(current, **changes)
        self._keep(changed)
        return changed

    async def new_token(self, account_id: int) -> Secret:
        """Give a bot another token; the one before stops at once. Raises NotFound."""
        account = self._known(account_id)
        token = tokens.new_bot_token(account_id)
        await self.change_bot(account_id, token_hash=tokens.hash_of(token))
        return Secret(account, token)

    async def remove(self, account_id: int) -> None:
        """End a bot or a webhook with its account. Raises NotFound."""
        if account_id not in self._bots and account_id not in self._webhooks:
            raise NotFound("There is no such bot or webhook.", field="bot", reason="no_bot")
        if self._salon.accounts.get(account_id) is not None:
            await self._salon.accounts.remove_bot(account_id)
        await self.forget(account_id)

    async def forget(self, account_id: int) -> None:
        """Forget the rows of an account, and that a person kept something."""

        def forget(tx: Transaction) -> None:
            models.remove(tx.connection, account_id)
            models.forget_keeper(tx.connection, account_id)

        await self._salon.db.write(forget)
        self._webhooks.pop(account_id, None)
        gone = self._bots.pop(account_id, None)
        if gone is not None:
            self._by_token.pop(gone.token_hash, None)
        for bot in self.bots():
            if bot.kept_by == account_id:
                self._keep(replace(bot, kept_by=None))
        for webhook in self.webhooks():
            if webhook.kept_by == account_id:
                self._webhooks[webhook.account_id] = replace(webhook, kept_by=None)

    async def seen(self, account_id: int) -> None:
        """Remember that a bot was here, to the minute."""
        bot, now = self._bots.get(account_id), self._salon.clock.now()
        if bot is not None and (bot.seen_at is None or now - bot.seen_at >= SEEN_EVERY):
            with suppress(NotFound):  # removed in this moment
                await self.change_bot(account_id, seen_at=now)

    def _keep(self, bot: Bot) -> None:
        before = self._bots.get(bot.account_id)
        if before is not None:
            self._by_token.pop(before.token_hash, None)
        self._bots[bot.account_id] = bot
        self._by_token[bot.token_hash] = bot.account_id

    def _known(self, account_id: int) -> Account:
        account = self._salon.accounts.get(account_id)
        if account_id not in self._bots or account is None:
            raise NotFound("There is no such bot.", field="bot", reason="no_bot")
        return account

    # -- webhooks

    async def add_webhook(self, channel_id: int, name: str, keeper: Account) -> Secret:
        """Make an address that posts in a channel. Raises NotFound, Denied, Invalid, Conflict."""
        async with self._adding:
            return await self._add_webhook(channel_id, name, keeper)

    async def _add_webhook(self, channel_id: int, name: str, keeper: Account) -> Secret:
        accounts = self._salon.accounts
        if len(self._webhooks) >= self._config.webhooks_max:
            raise Conflict(
                f"There are {len(self._webhooks)} webhooks already. Remove one first.",
                reason="bots.webhooks_full",
                most=len(self._webhooks),
            )
        channel = self._salon.channels.get(channel_id)
        if channel is None or not accounts.may(keeper, "channel.view", channel_id):
            raise NotFound("There is no such channel.", field="channel", reason="no_channel")
        if not accounts.may(keeper, POST, channel_id):
            raise Denied(
                "You cannot post in that channel.", permission=POST, reason="bots.no_posting"
            )
        account = await self._make_account(f"hook-{tokens.short()}", name)
        if not accounts.may(account, POST, channel_id):
            await accounts.remove_bot(account.id)
            raise Denied(
                "Only channels in which everyone may post can have a webhook.",
                reason="bots.not_everyone",
            )
        token = tokens.new_webhook_token()
        now = self._salon.clock.now()
        webhook = Webhook(account.id, channel_id, tokens.hash_of(token), keeper.id, created_at=now)
        await self._salon.db.write(lambda tx: models.add_webhook(tx.connection, webhook))
        self._webhooks[account.id] = webhook
        await self._salon.kv.set(MAKING, None)
        return Secret(account, token)

    async def new_webhook_token(self, account_id: int) -> Secret:
        """Give a webhook another address; the one before stops at once. Raises NotFound."""
        webhook, account = self._webhooks.get(account_id), self._salon.accounts.get(account_id)
        if webhook is None or account is None:
            raise NotFound("There is no such webhook.", field="webhook", reason="bots.no_webhook")
        token = tokens.new_webhook_token()
        await self._change_webhook(account_id, token_hash=tokens.hash_of(token))
        return Secret(account, token)

    async def webhook_used(self, account_id: int) -> None:
        """Remember that a webhook posted, to the minute."""
        webhook, now = self._webhooks.get(account_id), self._salon.clock.now()
        if webhook is None:
            return
        if webhook.used_at is None or now - webhook.used_at >= SEEN_EVERY:
            with suppress(NotFound):  # removed in this moment
                await self._change_webhook(account_id, used_at=now)

    async def _change_webhook(self, account_id: int, **changes: Any) -> None:
        """Change these facts of a webhook, like `change_bot`. Raises NotFound."""
        await self._salon.db.write(
            lambda tx: models.save_webhook(tx.connection, account_id, changes)
        )
        current = self._webhooks.get(account_id)
        if current is None:
            raise NotFound("There is no such webhook.", field="webhook", reason="bots.no_webhook")
        self._webhooks[account_id] = replace(current, **changes)
