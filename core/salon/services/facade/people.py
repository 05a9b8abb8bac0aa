"""What a plugin sees of accounts and of the audit log."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from salon.domain.accounts import Account, AccountKind
from salon.domain.audit import Target, plain
from salon.domain.permissions import Role
from salon.domain.push import News
from salon.domain.sanctions import Sanction, SanctionKind
from salon.errors import Invalid
from salon.services.facade.limits import check_given, reaches
from salon.services.services import Services
from salon.store.sanctions import Wanted

ACTION_MAX = 64
KIND_MAX = 32
TARGET_MAX = 64


class PluginAccounts:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    def get(self, account_id: int) -> Account | None:
        return self._services.directory.account(account_id)

    def by_handle(self, handle: str) -> Account | None:
        return self._services.directory.by_handle(handle)

    def all(self) -> Sequence[Account]:
        return self._services.directory.accounts()

    def may(self, account: Account, permission: str, place_id: int | None = None) -> bool:
        directory = self._services.directory
        if place_id is not None and place_id not in directory.rooms:
            check_given(self._plugin, self._services, place_id)
        return directory.may(account, permission, place_id)

    def roles(self) -> Sequence[Role]:
        roles = self._services.directory.roles.values()
        return sorted(roles, key=lambda role: (-role.position, role.id))

    async def create_bot(self, handle: str, display_name: str) -> Account:
        return await self._services.accounts.create_bot(handle, display_name)

    async def remove_bot(self, account_id: int) -> None:
        await self._services.accounts.remove_bot(account_id)

    def show_here(self, bot_ids: Collection[int]) -> None:
        known = map(self._services.directory.account, bot_ids)
        bots = [bot.id for bot in known if bot is not None and bot.kind is AccountKind.BOT]
        self._services.presence.show_bots(self._plugin, bots)

    async def impose(
        self,
        account_id: int,
        kind: SanctionKind,
        *,
        by: Account | None,
        until: datetime | None = None,
        reason: str = "",
        take_back: timedelta = timedelta(0),
    ) -> Account:
        return await self._services.sanctions.impose(
            by, account_id, kind, until=until, reason=reason, take_back=take_back
        )

    async def lift(self, account_id: int, kind: SanctionKind, *, by: Account | None) -> Account:
        return await self._services.sanctions.lift(by, account_id, kind)

    async def sanctions(
        self,
        by: Account,
        *,
        kind: SanctionKind,
        account_id: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Sanction]:
        wanted = Wanted([kind], before, limit, account_id, holding=True)
        return await self._services.sanctions.page(by, wanted)

    async def push(self, account_id: int, news: News, *, by: Account | None = None) -> None:
        if reaches(self._services, by, account_id):
            self._services.plugin_pushes.push(self._plugin, account_id, news)

    async def end_sessions(self, account_id: int) -> None:
        await self._services.sessions.end_all(account_id)


class PluginAudit:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    async def record(
        self, actor: Account | None, action: str, *, kind: str, target_id: str, name: str
    ) -> None:
        deed = f"{self._plugin}.{action}"
        if len(deed) > ACTION_MAX or len(kind) > KIND_MAX or len(target_id) > TARGET_MAX:
            raise Invalid("An action has 64 characters at most, a kind 32, an id 64.")
        await self._services.audit.record(actor, deed, Target(kind, target_id, plain(name)))
