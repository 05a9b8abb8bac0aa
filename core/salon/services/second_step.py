"""A second step after the password: a code of an app (RFC 6238), or one for when the app is gone.

The app gets a secret and shows a first code before anything is asked for. A code counts once, and
at most one step of 30 s early or late. Recovery codes are shown once; what is kept is their hashes.
Whoever gave the right password, and has an app, is handed a ticket: with it and a code they are in.
A passkey asks for no code: it is two steps in one.

Anybody with the password may try codes, so tries are counted for the account wherever they come
from: ten in 15 minutes are a millionth of a chance each time, and passkeys stay open meanwhile.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import segno

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.audit import target
from salon.domain.events import SecondStepChanged
from salon.errors import Conflict, Denied, Invalid
from salon.ids import new_secret
from salon.services.directory import Directory
from salon.services.limits import RateLimits
from salon.services.sanctions import Sanctions
from salon.services.sealing import Seal
from salon.services.sessions import Sessions, hash_of
from salon.store import accounts as stored_accounts
from salon.store import audit
from salon.store import second_step as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

STEP_S = 30
DRIFT = 1  # steps that a clock may be wrong by
TRIES = 10
QUARTER_S = 15 * 60
TICKET_FOR = timedelta(minutes=10)
TICKETS_MAX = 10_000
RECOVERY_CODES = 10
RECOVERY_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32, of which none is read as another
RECOVERY_CHARACTERS = 16  # 80 bits: no slow hash is needed
CODE_MAX = 64


@dataclass(frozen=True, slots=True)
class State:
    on_since: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class NewApp:
    """What an app is told: as a text to type, as an address, as a picture to point it at.

    `path` draws the dark squares of a QR code of `size` by `size` units, its quiet zone included.
    """

    secret: str
    address: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class _Ticket:
    account_id: int
    generation: int
    until: datetime


class SecondStep:
    """Owns the tickets of those who gave their password; all else is in the database."""

    def __init__(  # noqa: PLR0913 what a way in has to do with
        self,
        *,
        store: Store,
        directory: Directory,
        sessions: Sessions,
        sanctions: Sanctions,
        rates: RateLimits,
        clock: Clock,
        seal: Seal,
    ) -> None:
        self._store = store
        self._directory = directory
        self._sessions = sessions
        self._sanctions = sanctions
        self._rates = rates
        self._clock = clock
        self._seal = seal
        self._tickets: OrderedDict[bytes, _Ticket] = OrderedDict()

    # -- one's own

    async def state(self, actor: Account) -> State:
        app = await self._store.read(lambda c: stored.find_app(c, actor.id))
        left = await self._store.read(lambda c: stored.count_recovery_codes(c, actor.id))
        return State(None if app is None else app.on_since, left)

    async def having(self, account_ids: Collection[int]) -> frozenset[int]:
        """Return which of these accounts are asked for a code."""
        return await self._store.read(lambda c: stored.with_app(c, account_ids))

    async def begin(self, actor: Account, session_id: int) -> NewApp:
        """Make a secret for an app. Raises Conflict when one is on, Denied (prove it is you)."""
        self._sessions.check_proof(session_id)
        secret = pyotp.random_base32()
        sealed = self._seal.seal(secret.encode(), _place(actor.id))

        def add(tx: CoreTransaction) -> None:
            if not stored.begin_app(tx, actor.id, sealed):
                raise Conflict("Codes are asked for already.", reason="codes_on")

        await self._store.write(add)
        issuer = self._directory.community.name
        address = pyotp.TOTP(secret).provisioning_uri(name=actor.handle, issuer_name=issuer)
        code = segno.make(address, micro=False)
        rows = enumerate(code.matrix_iter(border=4))
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in rows for x, dark in enumerate(row) if dark)
        return NewApp(secret, address, int(code.symbol_size(border=4)[0]), path)

    async def confirm(self, actor: Account, session_id: int, code: str) -> Sequence[str]:
        """Ask for codes from now on; return recovery codes. Raises Denied, Conflict, TooMany."""
        self._sessions.check_proof(session_id)
        app = await self._store.read(lambda c: stored.find_app(c, actor.id))
        if app is None or app.on_since is not None:
            raise Conflict("There is no app to confirm. Begin again.", reason="codes_not_begun")
        self._rate(actor.id)
        step = self._step_of(app, actor.id, code)
        codes = _new_recovery_codes()

        def turn_on(tx: CoreTransaction) -> None:
            if step is None or not stored.take_step(tx, actor.id, step):
                raise _wrong()
            stored.turn_on(tx, actor.id)
            stored.save_recovery_codes(tx, actor.id, [_recovery_hash(each) for each in codes])
            audit.record(tx, actor, "account.second_step_on", target("account", actor))
            tell(tx, actor.id)

        await self._store.write(turn_on)
        self._rates.forget("second-step", str(actor.id))
        return codes

    async def renew_recovery_codes(self, actor: Account, session_id: int) -> Sequence[str]:
        """Return ten new ones; the others end. Raises Denied, Conflict (no app)."""
        self._sessions.check_proof(session_id)
        codes = _new_recovery_codes()

        def renew(tx: CoreTransaction) -> None:
            if not stored.is_on(tx.connection, actor.id):
                raise Conflict("No codes are asked for.", reason="codes_off")
            stored.save_recovery_codes(tx, actor.id, [_recovery_hash(each) for each in codes])
            audit.record(tx, actor, "account.recovery_codes", target("account", actor))

        await self._store.write(renew)
        return codes

    async def turn_off(self, actor: Account, session_id: int) -> None:
        """Ask for no codes any more. Raises Denied."""
        self._sessions.check_proof(session_id)

        def off(tx: CoreTransaction) -> None:
            if stored.forget(tx, actor.id):
                audit.record(tx, actor, "account.second_step_off", target("account", actor))
                tell(tx, actor.id)

        await self._store.write(off)

    # -- at the door

    async def ticket(self, account: Account) -> str | None:
        """Return what to come back with, and a code; None when this account is asked for none."""
        generation = self._sessions.generation(account.id)
        if not await self._store.read(lambda c: stored.is_on(c, account.id)):
            await self._catch_up(account)
            return None
        token = new_secret()
        until = self._clock.now() + TICKET_FOR
        self._tickets[hash_of(token)] = _Ticket(account.id, generation, until)
        if len(self._tickets) > TICKETS_MAX:
            self._tickets.popitem(last=False)
        return token

    async def _catch_up(self, account: Account) -> None:
        """Notice that the keeper had the codes forgotten at the console: roles may need a step."""
        now = await self._store.read(lambda c: stored_accounts.find_account(c, account.id))
        if now is not None and now.has_second_step is not account.has_second_step:
            await self._store.write(lambda tx: tell(tx, account.id))

    async def come_in(self, token: str, code: str) -> Account:
        """Return whose ticket this is. Raises Denied (run out, wrong code, suspended), TooMany."""
        ticket = self._tickets.get(hash_of(token))
        account = None if ticket is None else self._directory.account(ticket.account_id)
        if ticket is None or account is None or ticket.until <= self._clock.now():
            raise Denied("That took too long. Give your password again.", reason="ticket_over")
        await self._check(account, code)
        if self._tickets.pop(hash_of(token), None) is None:
            raise Denied("That took too long. Give your password again.", reason="ticket_over")
        self._sessions.check_generation(account.id, ticket.generation)
        return await self._sanctions.check_may_sign_in(account)

    async def _check(self, account: Account, code: str) -> None:
        """Take a code of the app, or a recovery code. Raises Invalid (empty), Denied, TooMany."""
        if not code.strip():
            raise Invalid("Please fill this in.", field="code", reason="empty")
        self._rate(account.id)
        app = await self._store.read(lambda c: stored.find_app(c, account.id))
        given = code[:CODE_MAX]
        step = None if app is None else self._step_of(app, account.id, given)

        def take(tx: CoreTransaction) -> None:
            if step is not None:
                if not stored.take_step(tx, account.id, step):
                    raise Denied(
                        "That code was used. Wait for the next one.",
                        field="code",
                        reason="code_again",
                    )
            elif stored.use_recovery_code(tx, account.id, _recovery_hash(given)):
                audit.record(tx, account, "account.recovery_code", target("account", account))
            else:
                raise _wrong()

        await self._store.write(take)
        self._rates.forget("second-step", str(account.id))

    def _rate(self, account_id: int) -> None:
        self._rates.hit(
            "second-step",
            str(account_id),
            times=TRIES,
            per_s=QUARTER_S,
            message="Too many tries. Please wait.",
        )

    def _step_of(self, app: stored.CodeApp, account_id: int, code: str) -> int | None:
        """Return the step whose code this is, of those that count now; all cost the same."""
        totp = pyotp.TOTP(self._seal.open(app.sealed_secret, _place(account_id)).decode())
        now = int(self._clock.now().timestamp()) // STEP_S
        given = "".join(code.split()).encode("utf-8", "replace")
        steps = range(now - DRIFT, now + DRIFT + 1)
        same = [hmac.compare_digest(totp.generate_otp(step).encode(), given) for step in steps]
        return steps[same.index(True)] if True in same else None


def tell(tx: CoreTransaction, account_id: int) -> None:
    """Say whether somebody has a second step now: roles may wait for one."""
    known = stored_accounts.find_account(tx.connection, account_id)
    tx.announce(SecondStepChanged(account_id, known is not None and known.has_second_step))


def _place(account_id: int) -> str:
    return f"code_app/{account_id}"


def _new_recovery_codes() -> Sequence[str]:
    """Return ten like `abcd-efgh-ijkm-npqr`."""

    def one() -> str:
        letters = [secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_CHARACTERS)]
        return "-".join("".join(letters[at : at + 4]) for at in range(0, RECOVERY_CHARACTERS, 4))

    return [one() for _ in range(RECOVERY_CODES)]


def _recovery_hash(code: str) -> bytes:
    """Return what is kept of a recovery code, however its letters were typed."""
    return hash_of("".join(letter for letter in code.lower() if letter.isalnum()))


def _wrong() -> Denied:
    return Denied("That code is not right.", field="code", reason="code_wrong")
