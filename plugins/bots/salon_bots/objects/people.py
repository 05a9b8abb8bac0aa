"""Users, members and roles."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from salon.plugin import Account, AccountKind, AccountState, Role, Salon
from salon_bots.bits import permission_bits
from salon_bots.registry import Registry

Json = dict[str, Any]


def time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class People:
    """Whoever is here, as Discord describes them."""

    def __init__(self, salon: Salon, registry: Registry) -> None:
        self._salon = salon
        self._registry = registry

    @property
    def guild_id(self) -> int:
        return self._salon.community.id

    def everybody(self) -> Sequence[Account]:
        """Return the members, by id: people and bots; no webhooks, nobody who is kept out."""
        is_webhook = self._registry.is_webhook
        return [
            account
            for account in self._salon.accounts.all()
            if account.state is AccountState.ACTIVE and not is_webhook(account.id)
        ]

    def known(self, account_id: int) -> Account | None:
        """Return a member, or None."""
        account = self._salon.accounts.get(account_id)
        if account is None or account.state is AccountState.DELETED:
            return None
        return None if self._registry.is_webhook(account_id) else account

    @property
    def owner(self) -> Account | None:
        return next((a for a in self._salon.accounts.all() if a.is_owner), None)

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
            "mentionable": role.mentionable,
            "flags": 0,
        }

    def roles(self) -> Sequence[Json]:
        return [self.role(role) for role in self._salon.accounts.roles()]
