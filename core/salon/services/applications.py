"""Asking to come in where somebody decides about it, and the answer.

Who asks gives the name and password of the account to be, and keeps a token: with it they see the
answer at their next visit. Who waits is bounded, in all and by address. An answer is kept for 30
days, a question that nobody answers for 90.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from salon.config import Limits
from salon.domain.accounts import (
    Account,
    Application,
    ApplicationState,
    Registration,
    SignUp,
)
from salon.domain.audit import Target, target
from salon.domain.events import AccountCreated, ApplicationsChanged
from salon.errors import Conflict, Denied, NotFound
from salon.host import Host
from salon.ids import new_secret
from salon.services import house_rules, names, texts
from salon.services.access import Access
from salon.services.account_records import keys_of, new_account
from salon.services.accounts import Accounts, Visitor
from salon.services.directory import Directory
from salon.services.passwords import Passwords
from salon.services.sessions import hash_of
from salon.store import accounts as stored_accounts
from salon.store import applications as stored
from salon.store import audit
from salon.store.base import CoreTransaction
from salon.store.store import Store

REASON_MAX = 500
WAITING_MAX = 500
LIST_MAX = 100
TOKEN_MAX = 128
ANSWER_KEPT = timedelta(days=30)
QUESTION_KEPT = timedelta(days=90)


class Applications:
    """Asking, looking, deciding."""

    def __init__(  # noqa: PLR0913 it is a door of its own
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        host: Host,
        accounts: Accounts,
        passwords: Passwords,
        limits: Limits,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._host = host
        self._accounts = accounts
        self._passwords = passwords
        self._limits = limits

    async def apply(
        self, visitor: Visitor, wish: SignUp, password: str, reason: str, *, rules_read: bool
    ) -> str:
        """Ask to come in; return the token that shows the answer.

        Raises Invalid, Denied (nobody is asked here), Conflict (taken, too many wait), TooMany.
        """
        self._accounts.rate_sign_ups(visitor, "applied", self._limits.sign_ups_per_address_hour)
        if self._directory.community.registration is not Registration.APPROVAL:
            raise Denied(
                "You need an invitation to come in. Ask a member for one.",
                reason="invitation_needed",
            )
        accepted = house_rules.accepted(self._directory.community, is_read=rules_read)
        why = texts.line(reason, field="reason", at_most=REASON_MAX)
        wish = SignUp(names.handle(wish.handle), names.display_name(wish.display_name), None)
        like = (wish.handle, wish.display_name, self._directory.community.name)
        self._passwords.check(password, like=like)
        approved = await self._host.decide("may_sign_up", wish)
        handle = names.handle(approved.handle)
        display_name = names.display_name(approved.display_name)
        password_hash = await self._passwords.hash(password)
        token = new_secret()

        def add(tx: CoreTransaction) -> None:
            keys = keys_of(handle)
            if stored.count_waiting(tx.connection) >= WAITING_MAX:
                raise Conflict(
                    "Very many people wait to be let in. Please try again another day.",
                    reason="applications_full",
                )
            if stored.is_asked_for(tx.connection, keys.skeleton):
                raise stored_accounts.handle_taken()
            stored_accounts.check_free(tx, keys)
            application = Application(tx.new_id(), handle, display_name, why, tx.now, accepted)
            stored.add(
                tx,
                application,
                token_hash=hash_of(token),
                skeleton=keys.skeleton,
                password_hash=password_hash,
            )
            _tell(tx)

        await self._store.write(add)
        return token

    async def of_token(self, token: str) -> Application | None:
        """Return what was asked with this token, or None when it is not known any more.

        Who was let in is called as they call themselves now.
        """
        if not token or len(token) > TOKEN_MAX:
            return None
        found = await self._store.read(lambda c: stored.by_token(c, hash_of(token)))
        account = self._directory.account(found.account_id) if found and found.account_id else None
        if found is None or account is None:
            return found
        return replace(found, handle=account.handle, display_name=account.display_name)

    async def list(self, actor: Account) -> Sequence[Application]:
        """Return who waits, the first first, at most a hundred. Raises Denied."""
        self._access.everywhere(actor, "member.manage")
        return await self._store.read(lambda c: stored.waiting(c, LIST_MAX))

    async def let_in(self, actor: Account, application_id: int, answer: str = "") -> Account:
        """Make the account. Raises Denied, NotFound, Conflict (the handle was taken meanwhile)."""
        self._access.everywhere(actor, "member.manage")
        said = _answer(answer)

        def create(tx: CoreTransaction) -> Account:
            application = _waiting(tx, application_id)
            account = new_account(
                tx,
                application.handle,
                application.display_name,
                rules_read=application.rules_read,
            )
            password_hash = stored.password_of(tx.connection, application.id)
            stored_accounts.add_account(tx, account, keys_of(account.handle), password_hash)
            stored.answer(tx, application.id, ApplicationState.LET_IN, said, account_id=account.id)
            tx.announce(AccountCreated(account))
            _tell(tx)
            audit.record(tx, actor, "application.let_in", target("account", account))
            return account

        return await self._store.write(create)

    async def refuse(self, actor: Account, application_id: int, answer: str = "") -> None:
        """Say no, with a word for who asked. Raises Denied, NotFound."""
        self._access.everywhere(actor, "member.manage")
        said = _answer(answer)

        def refuse(tx: CoreTransaction) -> None:
            application = _waiting(tx, application_id)
            stored.answer(tx, application.id, ApplicationState.REFUSED, said)
            _tell(tx)
            audit.record(tx, actor, "application.refused", _target(application))

        await self._store.write(refuse)

    async def prune(self) -> None:
        """Forget what is old. Called by the clock."""

        def forget(tx: CoreTransaction) -> None:
            before = stored.count_waiting(tx.connection)
            stored.forget_before(tx, tx.now - ANSWER_KEPT, tx.now - QUESTION_KEPT)
            if stored.count_waiting(tx.connection) != before:
                _tell(tx)

        await self._store.write(forget)


def _tell(tx: CoreTransaction) -> None:
    tx.announce(ApplicationsChanged(stored.count_waiting(tx.connection)))


def _answer(text: str) -> str:
    return texts.line(text, field="answer", at_most=REASON_MAX, at_least=0)


def _waiting(tx: CoreTransaction, application_id: int) -> Application:
    application = stored.find(tx.connection, application_id)
    if application is None or application.state is not ApplicationState.WAITING:
        raise NotFound("Nobody waits there any more.", field="application", reason="no_application")
    return application


def _target(application: Application) -> Target:
    """Never the name: who is refused is not to stand in the record for good."""
    return Target("application", str(application.id), "")
