"""Signed-in devices. The browser holds a secret, the database its hash, this module the present.

Revoking is felt everywhere at once: whoever `listen`s closes the sockets and voices of the session
before `revoke` returns.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from salon.clock import Clock
from salon.config import Accounts as AccountSettings
from salon.domain.accounts import Account, Session
from salon.errors import Denied, NotFound
from salon.ids import new_secret
from salon.services import texts
from salon.store import accounts as stored
from salon.store.base import Connection, CoreTransaction
from salon.store.store import Store

TOUCH_EVERY = timedelta(minutes=10)
SESSIONS_PER_ACCOUNT = 50
PROVEN_FOR = timedelta(minutes=10)
DEVICE_MAX = 80

Ended = Callable[[int, int | None], None]
"""Called with the account's id and the session's, or None for all of the account."""


class Sessions:
    """Owns who is signed in."""

    def __init__(self, store: Store, clock: Clock, settings: AccountSettings) -> None:
        self._store = store
        self._clock = clock
        self._idle = timedelta(days=settings.session_idle_days)
        self._absolute = timedelta(days=settings.session_absolute_days)
        self._by_hash: dict[bytes, Session] = {}
        self._ended: list[Ended] = []
        self._generations: Counter[int] = Counter()
        self._proven_at: dict[int, datetime] = {}

    @property
    def cookie_max_age_s(self) -> int:
        return int(self._absolute.total_seconds())

    def load(self, connection: Connection) -> None:
        self._by_hash = dict(stored.load_sessions(connection))

    def listen(self, ended: Ended) -> None:
        self._ended.append(ended)

    def generation(self, account_id: int) -> int:
        """Return how often the account was signed out everywhere since the start."""
        return self._generations[account_id]

    def check_generation(self, account_id: int, known: int) -> None:
        """Raise Denied when what was proven before counts no more: the password has changed."""
        if self.generation(account_id) != known:
            raise Denied(
                "This account was signed out everywhere just now. Sign in again.",
                reason="session_ended",
            )

    async def begin(self, account: Account, device: str, *, is_proof: bool = True) -> str:
        """Sign a device in and return the secret for its cookie; the oldest makes room.

        `is_proof`: whether coming in showed that it is they (`check_proof`).
        Raises Denied when the account was signed out everywhere meanwhile.
        """
        secret = new_secret()
        generation = self.generation(account.id)
        now = self._clock.now()

        def add(tx: CoreTransaction) -> Session:
            session = Session(
                tx.new_id(), account.id, _device(device), now, now, now + self._absolute
            )
            stored.add_session(tx, session, hash_of(secret))
            return session

        session = await self._store.write(add)
        self._by_hash[hash_of(secret)] = session
        if is_proof:
            self.prove(session.id)
        if self.generation(account.id) != generation:
            await self._end(account.id, [session.id])
            self.check_generation(account.id, generation)
        surplus = self.of(account.id)[SESSIONS_PER_ACCOUNT:]
        await self._end(account.id, [session.id for session in surplus])
        return secret

    def find(self, secret: str) -> Session | None:
        """Return the session of a cookie, unless it has run out."""
        session = self._by_hash.get(hash_of(secret))
        return session if session is not None and self._is_alive(session) else None

    def alive(self, session_id: int) -> bool:
        return any(s.id == session_id and self._is_alive(s) for s in self._by_hash.values())

    def of(self, account_id: int) -> Sequence[Session]:
        """Return an account's sessions, the one used last first."""
        mine = [
            s for s in self._by_hash.values() if s.account_id == account_id and self._is_alive(s)
        ]
        return sorted(mine, key=lambda session: session.seen_at, reverse=True)

    def prove(self, session_id: int) -> None:
        """Note that who sits there showed just now that it is they: by password or passkey."""
        self._proven_at[session_id] = self._clock.now()

    def check_proof(self, session_id: int) -> None:
        """Raise Denied when that was not shown within ten minutes: it was left open, or stolen."""
        at = self._proven_at.get(session_id)
        if at is None or self._clock.now() - at > PROVEN_FOR:
            raise Denied("Please show first that it is you.", reason="prove")

    async def renew(self, secret: str) -> str | None:
        """Return another secret for the cookie; the one before opens nothing from now on.

        For when the sign-in has come to be worth more: a copy of its cookie is not (OWASP ASVS,
        7.2.4). None when the session has ended, or was renewed by another request meanwhile.
        """
        before, renewed = hash_of(secret), new_secret()
        session = self._by_hash.pop(before, None)
        if session is None:
            return None
        after = hash_of(renewed)
        self._by_hash[after] = session
        try:
            await self._store.write(lambda tx: stored.renew_session(tx, session.id, after))
        except BaseException:
            if after in self._by_hash:  # it has not ended while it was written
                self._by_hash[before] = self._by_hash.pop(after)
            raise
        return renewed

    async def touch(self, session: Session) -> None:
        """Note that the session is used; written down every ten minutes at most."""
        now = self._clock.now()
        if now - session.seen_at < TOUCH_EVERY:
            return
        for key, known in self._by_hash.items():
            if known.id == session.id:
                self._by_hash[key] = replace(known, seen_at=now)
        await self._store.write(lambda tx: stored.touch_session(tx, session.id, now))

    async def revoke(self, account: Account, session_id: int) -> None:
        """End one of the account's own sessions. Raises NotFound."""
        if session_id not in {session.id for session in self.of(account.id)}:
            raise NotFound("There is no such session.", field="session", reason="no_session")
        await self._end(account.id, [session_id])

    async def end_all(self, account_id: int, *, but: int | None = None) -> None:
        """Sign an account out everywhere, except perhaps here."""
        self._generations[account_id] += 1
        every = [s.id for s in self._by_hash.values() if s.account_id == account_id]
        await self._end(account_id, [id_ for id_ in every if id_ != but])

    async def prune(self) -> None:
        """Forget what has run out."""
        for session in [s for s in self._by_hash.values() if not self._is_alive(s)]:
            await self._end(session.account_id, [session.id])

    async def _end(self, account_id: int, session_ids: Sequence[int]) -> None:
        if not session_ids:
            return
        ending = set(session_ids)
        self._by_hash = {k: s for k, s in self._by_hash.items() if s.id not in ending}
        for session_id in session_ids:
            self._proven_at.pop(session_id, None)
            for ended in self._ended:
                ended(account_id, session_id)
        await self._store.write(lambda tx: stored.delete_sessions(tx, list(session_ids)))

    def _is_alive(self, session: Session) -> bool:
        now = self._clock.now()
        return now < session.expires_at and now - session.seen_at < self._idle


def hash_of(secret: str) -> bytes:
    """Return what stands in the database; a secret of 256 bits needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _device(user_agent: str) -> str:
    """Return "Firefox, Linux" for what a browser says of itself; names only, no language."""
    user_agent = user_agent.encode("utf-8", "replace").decode()  # a header can hold any bytes
    browser = _first(user_agent, ("Edg", "OPR", "Firefox", "Chrome", "Safari"))
    system = _first(user_agent, ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"))
    if browser is None and system is None:
        return texts.line(user_agent, field="device", at_most=1_000, at_least=0)[:DEVICE_MAX]
    names = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}
    return ", ".join(names.get(name, name) for name in (browser, system) if name is not None)


def _first(text: str, words: Sequence[str]) -> str | None:
    return next((word for word in words if word in text), None)
