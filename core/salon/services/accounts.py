"""Coming in, losing a password.

Doors: the owner link (once, from the console), an invitation or open registration, the password,
a reset link. Every door costs the same for names that exist and names that do not.
"""

from dataclasses import dataclass
from datetime import timedelta

from salon.clock import Clock
from salon.config import Accounts as AccountSettings
from salon.config import Limits
from salon.domain.accounts import (
    Account,
    AccountKind,
    AccountState,
    Invitation,
    Registration,
    SignUp,
)
from salon.domain.audit import target
from salon.domain.events import AccountCreated
from salon.errors import Conflict, Denied, Invalid, NotFound, TooMany
from salon.host import Host
from salon.ids import new_secret
from salon.services import house_rules, names, seed
from salon.services.access import Access
from salon.services.account_records import ending, keys_of, new_account, roles_of
from salon.services.directory import Directory
from salon.services.limits import RateLimits
from salon.services.passwords import Passwords
from salon.services.sanctions import Sanctions
from salon.services.sessions import Sessions, hash_of
from salon.store import accounts as stored
from salon.store import audit
from salon.store import community as stored_community
from salon.store.accounts import Link
from salon.store.base import CoreTransaction
from salon.store.store import Store

LINK_FOR = timedelta(minutes=30)
QUARTER_S = 15 * 60
HOUR_S = 60 * 60
TRIES_SAID = 4  # from the third failure of the default five on
BAD_LINK = "This link has been used or has run out. Ask for a new one."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the door: where from (for limits only) and with which browser."""

    network: str
    device: str


class Accounts:
    """Everything about accounts; `sessions` holds who is signed in."""

    def __init__(  # noqa: PLR0913 accounts meet everything here
        self,
        *,
        store: Store,
        directory: Directory,
        access: Access,
        host: Host,
        sessions: Sessions,
        sanctions: Sanctions,
        passwords: Passwords,
        rates: RateLimits,
        clock: Clock,
        settings: AccountSettings,
        limits: Limits,
    ) -> None:
        self._store = store
        self._directory = directory
        self._access = access
        self._host = host
        self._sessions = sessions
        self._sanctions = sanctions
        self._passwords = passwords
        self._rates = rates
        self._clock = clock
        self._settings = settings
        self._limits = limits

    # -- one-time links

    async def new_owner_link(self) -> str:
        """Return the token of a fresh owner link; earlier ones end."""
        token, link = new_secret(), Link("owner", None, self._clock.now() + LINK_FOR)
        await self._store.write(lambda tx: stored.add_link(tx, hash_of(token), link))
        return token

    async def new_reset_link(self, actor: Account, account_id: int) -> str:
        """Return the token of a reset link for somebody of lower rank."""
        self._access.everywhere(actor, "member.manage")
        account = self._somebody(account_id)
        if account.kind is not AccountKind.PERSON:
            raise Invalid("A bot has no password.", field="account", reason="bot_password")
        if account.id != actor.id:
            self._access.outranks(actor, account)
        token = new_secret()
        link = Link("reset", account.id, self._clock.now() + LINK_FOR)

        def add(tx: CoreTransaction) -> None:
            stored.add_link(tx, hash_of(token), link)
            audit.record(tx, actor, "account.reset_link", target("account", account))

        await self._store.write(add)
        return token

    async def link(self, token: str, purpose: str) -> Link:
        """Look at a link without using it. Raises NotFound."""
        found = await self._store.read(lambda c: stored.find_link(c, hash_of(token)))
        if found is None or found.purpose != purpose or found.expires_at <= self._clock.now():
            raise NotFound(BAD_LINK, reason="link_used")
        return found

    # -- coming in

    async def claim(
        self, token: str, sign_up: SignUp, password: str, community_name: str, language: str
    ) -> Account:
        """Make the first account the owner and furnish the house. Raises NotFound, Invalid."""
        await self.link(token, "owner")
        handle, display_name = (
            names.handle(sign_up.handle),
            names.display_name(sign_up.display_name),
        )
        name = seed.community_name(community_name)
        self._passwords.check(password, like=(handle, display_name, name))
        password_hash = await self._passwords.hash(password)

        def create(tx: CoreTransaction) -> Account:
            if stored.use_link(tx, hash_of(token), "owner") is None:
                raise NotFound(BAD_LINK, reason="link_used")
            known = stored_community.load_community(tx.connection)
            if known is not None and known.claimed_at is not None:
                raise Conflict(
                    "This server has an owner already. Sign in instead.", reason="claimed"
                )
            account = new_account(tx, handle, display_name, is_owner=True)
            stored.add_account(tx, account, keys_of(handle), password_hash)
            seed.furnish(tx, account, name, language)
            tx.announce(AccountCreated(account))
            audit.record(tx, account, "community.claimed", target("account", account))
            return account

        return await self._store.write(create)

    async def sign_up(
        self,
        visitor: Visitor,
        wish: SignUp,
        password: str,
        code: str | None,
        *,
        rules_read: bool,
    ) -> Account:
        """Let somebody in. Raises Invalid, Denied, Conflict, NotFound (invitation), TooMany."""
        invitation = await self._may_sign_up(visitor, code)
        accepted = house_rules.accepted(self._directory.community, is_read=rules_read)
        handle, display_name = names.handle(wish.handle), names.display_name(wish.display_name)
        self._passwords.check(password, like=(handle, display_name, self._directory.community.name))
        approved = await self._host.decide("may_sign_up", SignUp(handle, display_name, invitation))
        handle, display_name = (
            names.handle(approved.handle),
            names.display_name(approved.display_name),
        )
        password_hash = await self._passwords.hash(password)

        def create(tx: CoreTransaction) -> Account:
            if invitation is not None and not stored.use_invitation(tx, invitation.code):
                raise NotFound("This invitation has run out. Ask for a new one.", reason="used")
            roles = roles_of(tx, self._directory, invitation)
            account = new_account(tx, handle, display_name, role_ids=roles, rules_read=accepted)
            stored.add_account(tx, account, keys_of(handle), password_hash)
            tx.announce(AccountCreated(account))
            return account

        return await self._store.write(create)

    async def _may_sign_up(self, visitor: Visitor, code: str | None) -> Invitation | None:
        if code is not None:
            self.rate_invited(visitor)
            found = await self.invitation(visitor, code)
            if found.guest_days is not None:
                raise NotFound("This invitation is not known here.", reason="unknown")
            return found
        self.rate_sign_ups(visitor, "open", self._limits.sign_ups_per_address_hour)
        if self._directory.community.registration is not Registration.OPEN:
            raise Denied(
                "You need an invitation to come in. Ask a member for one.",
                reason="invitation_needed",
            )
        return None

    def rate_invited(self, visitor: Visitor) -> None:
        """Count somebody who comes with an invitation. Raises TooMany."""
        self.rate_sign_ups(visitor, "invited", self._limits.invited_sign_ups_per_address_hour)

    def rate_sign_ups(self, visitor: Visitor, way: str, times: int) -> None:
        message = "Many people came from your address just now. Please try again later."
        purpose = f"sign-up-{way}"
        self._rates.hit(purpose, visitor.network, times=times, per_s=HOUR_S, message=message)

    async def invitation(self, visitor: Visitor, code: str) -> Invitation:
        """Return an invitation that still lets in. Raises NotFound with `reason`, TooMany."""
        self._rates.hit(
            "invitation",
            visitor.network,
            times=self._limits.invitation_tries_per_address_min,
            per_s=60,
            message="Too many tries. Please wait a minute.",
        )
        if self._directory.community.registration is Registration.CLOSED:
            raise Denied("This server takes nobody new for now.", reason="closed")
        found = await self._store.read(lambda c: stored.find_invitation(c, code[:32]))
        if found is None:
            raise NotFound("This invitation is not known here.", reason="unknown")
        inviter = self._directory.account(found.inviter_id)
        is_by_nobody = inviter is None or inviter.state is not AccountState.ACTIVE
        spent = found.revoked or found.uses >= found.max_uses or is_by_nobody
        if spent or found.expires_at <= self._clock.now():
            raise NotFound("This invitation has run out. Ask for a new one.", reason="used")
        return found

    async def sign_in(
        self, visitor: Visitor, handle: str, password: str, code: str | None = None
    ) -> Account:
        """Return the account of a right name and password. Raises Denied, TooMany, Unavailable.

        `code`: of an invitation, by which somebody who was sent away comes back.
        """
        who = names.folded(handle[: names.RAW_MAX])
        tries = self._limits.sign_ins_per_account_15_min
        wait = "Too many tries. Wait 15 minutes, or ask for a reset link."
        # Counted per name and address: others cannot lock somebody out of their own home.
        key = f"{who}@{visitor.network}"
        self._rates.hit(
            "sign-in-address",
            visitor.network,
            times=self._limits.sign_ins_per_address_15_min,
            per_s=QUARTER_S,
            message=wait,
        )
        self._rates.hit("sign-in", key, times=tries, per_s=QUARTER_S, message=wait)
        account = self._directory.by_handle(handle)
        # Nobody's id is asked for just the same: the time must not tell whether a name exists.
        is_person = account is not None and account.kind is AccountKind.PERSON
        id_ = account.id if account is not None and is_person else 0
        generation = self._sessions.generation(id_)
        password_hash = await self._store.read(lambda c: stored.load_password_hash(c, id_))
        verified = await self._passwords.verify(password, password_hash)
        if account is None or not verified.matches:
            left = self._rates.remaining("sign-in", key, times=tries, per_s=QUARTER_S)
            raise _wrong(left)
        account = await self._let_in(account, visitor, code)
        self._rates.forget("sign-in", key)
        self._sessions.check_generation(account.id, generation)
        if verified.rehashed is not None:
            await self._save_password(account.id, verified.rehashed)
        return account

    async def _let_in(self, account: Account, visitor: Visitor, code: str | None) -> Account:
        """Return the account if nothing keeps it out now. Raises Denied, NotFound, TooMany."""
        try:
            return await self._sanctions.check_may_sign_in(account)
        except Denied as denied:
            if code is None or denied.reason != "kicked":
                raise
        found = await self.invitation(visitor, code)
        if found.guest_days is not None:
            raise NotFound("This invitation is not known here.", reason="unknown")
        return await self._sanctions.come_back(account, code)

    async def check_password(self, actor: Account, password: str) -> None:
        """See that this is the actor's password. Raises Denied, TooMany, Unavailable."""
        self._rates.hit(
            "password",
            str(actor.id),
            times=self._limits.sign_ins_per_account_15_min,
            per_s=QUARTER_S,
            message="Too many tries. Wait 15 minutes.",
        )
        known = await self._store.read(lambda c: stored.load_password_hash(c, actor.id))
        if not (await self._passwords.verify(password, known)).matches:
            raise Denied(
                "That is not your present password.", field="current", reason="password_wrong"
            )

    async def change_password(
        self, actor: Account, current: str, new: str, session_id: int
    ) -> None:
        """Change it and end the other sessions. Raises Denied, Invalid, TooMany."""
        await self.check_password(actor, current)
        self._passwords.check(new, like=(actor.handle, actor.display_name))
        await self._save_password(actor.id, await self._passwords.hash(new))
        await self._sessions.end_all(actor.id, but=session_id)

    async def reset_password(self, token: str, new: str) -> Account:
        """Set a new password by a link; all sessions end. Raises NotFound, Invalid."""
        link = await self.link(token, "reset")
        account = await self._sanctions.check_may_sign_in(self._somebody(link.account_id or 0))
        self._passwords.check(new, like=(account.handle, account.display_name))
        password_hash = await self._passwords.hash(new)

        def change(tx: CoreTransaction) -> None:
            if stored.use_link(tx, hash_of(token), "reset") is None:
                raise NotFound(BAD_LINK, reason="link_used")
            stored.save_password_hash(tx, account.id, password_hash)

        await self._store.write(change)
        await self._sessions.end_all(account.id)
        return account

    async def _save_password(self, account_id: int, password_hash: str) -> None:
        await self._store.write(lambda tx: stored.save_password_hash(tx, account_id, password_hash))

    # -- bots

    async def create_bot(self, handle: str, display_name: str) -> Account:
        """Make an account of kind "bot", which has no password. Raises Invalid, Conflict."""
        handle, display_name = names.handle(handle), names.display_name(display_name)

        def create(tx: CoreTransaction) -> Account:
            account = new_account(tx, handle, display_name, kind=AccountKind.BOT)
            stored.add_account(tx, account, keys_of(handle), None)
            tx.announce(AccountCreated(account))
            audit.record(tx, None, "bot.created", target("account", account))
            return account

        return await self._store.write(create)

    async def remove_bot(self, account_id: int) -> None:
        """End a bot's account and free its handle; what it wrote stays. Raises NotFound."""
        account = self._somebody(account_id)
        if account.kind is not AccountKind.BOT:
            raise NotFound("There is no such bot.", field="account", reason="no_bot")

        def remove(tx: CoreTransaction) -> None:
            audit.record(tx, None, "bot.removed", target("account", account))
            ending(tx, account)

        await self._store.write(remove)

    def _somebody(self, account_id: int) -> Account:
        account = self._directory.account(account_id)
        if account is None or account.state is AccountState.DELETED:
            raise NotFound("There is nobody with that id.", field="account", reason="nobody")
        return account


def _wrong(left: int) -> Denied | TooMany:
    if left == 0:
        return TooMany(
            "Too many tries. Wait 15 minutes, or ask for a reset link.", retry_after_s=QUARTER_S
        )
    message = "The name or the password is not right."
    if left > TRIES_SAID:
        return Denied(message, field="password", reason="sign_in_wrong")
    message += f" Tries left: {left}."
    return Denied(message, field="password", reason="sign_in_last", left=left)
