"""Being somebody: one's name, colour, words about oneself, handle."""

from dataclasses import replace
from typing import Any

from salon.domain import wire
from salon.domain.accounts import HUES, Account
from salon.domain.audit import differences, target
from salon.domain.events import AccountChanged
from salon.errors import Conflict, Invalid
from salon.host import Host
from salon.services import names, texts
from salon.services.access import Access
from salon.services.account_records import keys_of, saved
from salon.services.limits import RateLimits
from salon.store import accounts as stored
from salon.store import audit
from salon.store.base import CoreTransaction
from salon.store.store import Store

PROFILE_CHANGES_PER_MIN = 10
PRONOUNS_MAX = 40
STATUS_MAX = 100
HANDLE_CHANGES = 2  # in as long as a handle is kept for who left it


class Profiles:
    """What people say of themselves, which everybody reads."""

    def __init__(self, store: Store, access: Access, host: Host, rates: RateLimits) -> None:
        self._store = store
        self._access = access
        self._host = host
        self._rates = rates

    async def edit(
        self,
        actor: Account,
        *,
        display_name: str | None = None,
        hue: int | None = None,
        pronouns: str | None = None,
        status: str | None = None,
    ) -> Account:
        """Change one's own profile. Raises Invalid, Denied (in time out), TooMany."""
        current = self._access.actor(actor)
        self._access.no_time_out(current)
        if hue is not None and not 1 <= hue <= HUES:
            raise Invalid(f"A colour is a number from 1 to {HUES}.", field="hue", reason="hue")
        changes: dict[str, Any] = {} if hue is None else {"hue": hue}
        if display_name is not None:
            changes["display_name"] = names.display_name(display_name)
        for field, text, most in (
            ("pronouns", pronouns, PRONOUNS_MAX),
            ("status", status, STATUS_MAX),
        ):
            if text is not None:
                changes[field] = texts.line(text, field=field, at_most=most, at_least=0)
        self._rate_profile(current)
        for name in (changes.get(field) for field in ("display_name", "pronouns", "status")):
            current = await self._may_be_called(current, name) if name else current
        return await self._store.write(lambda tx: saved(tx, current, **changes))

    async def change_handle(self, actor: Account, handle: str) -> Account:
        """Be found by another handle; the old one stays free of others for 30 days.

        Raises Invalid, Conflict (taken, left by somebody, the third in 30 days), Denied, TooMany.
        Messages name people by id: who was mentioned stays so.
        """
        current = self._access.actor(actor)
        self._access.no_time_out(current)
        wanted = names.handle(handle)
        self._rate_profile(current)
        current = await self._may_be_called(current, wanted)

        def save(tx: CoreTransaction) -> Account:
            known = stored.find_account(tx.connection, current.id) or current
            if known.handle == wanted:
                return known
            _check_handle_changes(tx, known.id)
            changed = replace(known, handle=wanted)
            stored.change_handle(tx, changed, keys_of(wanted), keys_of(known.handle))
            tx.announce(AccountChanged(changed))
            what = differences(known, changed, "handle")
            about = target("account", changed)
            audit.record(tx, known, "account.handle", about, changes=what)
            return changed

        return await self._store.write(save)

    def _rate_profile(self, account: Account) -> None:
        self._rates.hit(
            "profile",
            str(account.id),
            times=PROFILE_CHANGES_PER_MIN,  # everybody is told of each
            per_s=60,
            message="That is a lot of changes. Please wait a minute.",
        )

    async def _may_be_called(self, account: Account, name: str) -> Account:
        """Ask the plugins about what everybody will read; return the account as it is then."""
        if account.is_owner:
            return account
        await self._host.decide("may_change_name", None, account=account, display_name=name)
        return self._access.actor(account)  # thinking takes time


def _check_handle_changes(tx: CoreTransaction, account_id: int) -> None:
    left = stored.handles_left(tx, account_id, tx.now - stored.FORMER_HANDLE_FOR)
    if len(left) >= HANDLE_CHANGES:
        again = left[-HANDLE_CHANGES] + stored.FORMER_HANDLE_FOR
        raise Conflict(
            "You have changed it twice in 30 days. Please wait.",
            field="handle",
            reason="handle_changes",
            again=wire.time(again),
        )
