"""Guests: in for some days, by an invitation for guests, with a name and nothing else.

They hold at most what `GUESTS_MAY` says, whatever roles they have. A guest who chooses a handle and
a password stays; when the time of one who does not has come, the account ends, and what they wrote
stays.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from salon.clock import Clock
from salon.domain.accounts import Account, AccountState, SignUp
from salon.domain.audit import target
from salon.domain.events import AccountChanged, AccountCreated
from salon.errors import Conflict, NotFound
from salon.host import Host
from salon.services import house_rules, names
from salon.services.access import Access
from salon.services.account_records import ending, keys_of, new_account, roles_of
from salon.services.accounts import Accounts, Visitor
from salon.services.directory import Directory
from salon.services.passwords import Passwords
from salon.services.sessions import Sessions
from salon.store import accounts as stored
from salon.store import audit
from salon.store.base import CoreTransaction
from salon.store.store import Store


class Guests:
    """Coming in as one, staying, going."""

    def __init__(  # noqa: PLR0913 it is a door of its own
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        host: Host,
        accounts: Accounts,
        sessions: Sessions,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._host = host
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock

    async def come_in(
        self, visitor: Visitor, display_name: str, code: str, *, rules_read: bool
    ) -> Account:
        """Let a guest in. Raises NotFound (invitation), Invalid, Denied, TooMany."""
        self._accounts.rate_invited(visitor)
        invitation = await self._accounts.invitation(visitor, code)
        if invitation.guest_days is None:
            raise NotFound("This invitation is not known here.", reason="unknown")
        lasts = timedelta(days=invitation.guest_days)
        accepted = house_rules.accepted(self._directory.community, is_read=rules_read)
        wish = SignUp("guest", names.display_name(display_name), invitation)
        approved = await self._host.decide("may_sign_up", wish)
        shown = names.display_name(approved.display_name)

        def create(tx: CoreTransaction) -> Account:
            if not stored.use_invitation(tx, invitation.code):
                raise NotFound("This invitation has run out. Ask for a new one.", reason="used")
            made = new_account(
                tx,
                "",
                shown,
                role_ids=roles_of(tx, self._directory, invitation),
                rules_read=accepted,
            )
            account = replace(made, handle=f"guest-{made.id}", guest_until=tx.now + lasts)
            stored.add_account(tx, account, keys_of(account.handle), None)
            tx.announce(AccountCreated(account))
            return account

        return await self._store.write(create)

    async def stay(self, actor: Account, handle: str, password: str) -> Account:
        """Make a guest a member like others. Raises Invalid, Conflict (no guest, taken)."""
        current = self._access.actor(actor)
        self._access.no_time_out(current)
        wanted = names.handle(handle)
        self._passwords.check(password, like=(wanted, current.display_name))
        await self._host.decide("may_change_name", None, account=current, display_name=wanted)
        password_hash = await self._passwords.hash(password)

        def save(tx: CoreTransaction) -> Account:
            known = stored.find_account(tx.connection, current.id)
            if known is None or not known.is_guest:
                raise Conflict("You are no guest: you live here.", reason="no_guest")
            changed = replace(known, handle=wanted, guest_until=None)
            stored.take_handle(tx, changed, keys_of(wanted))
            stored.save_password_hash(tx, known.id, password_hash)
            tx.announce(AccountChanged(changed))
            audit.record(tx, changed, "account.stayed", target("account", changed))
            return changed

        return await self._store.write(save)

    async def end_due(self) -> None:
        """End the accounts of guests whose time has come. Called by the clock."""
        now = self._clock.now()
        due = [a for a in self._directory.accounts() if a.guest_until and a.guest_until <= now]
        for guest in due:
            await self._store.write(partial(_end, account_id=guest.id))
            await self._sessions.end_all(guest.id)


def _end(tx: CoreTransaction, account_id: int) -> None:
    known = stored.find_account(tx.connection, account_id)
    if known is None or known.guest_until is None or known.guest_until > tx.now:
        return  # they have stayed
    if known.state is AccountState.DELETED:
        return
    ending(tx, known)
    audit.record(tx, None, "account.guest_ended", target("account", known))
