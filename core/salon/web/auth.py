"""From a cookie to an account, and back."""

from dataclasses import dataclass

from aiohttp import web

from salon.domain.accounts import Account, Session
from salon.errors import Denied
from salon.services.directory import Directory
from salon.services.sessions import Sessions
from salon.web.doorman import guard_of
from salon.web.origin import Origins

SECURE_COOKIE = "__Host-salon_s"
PLAIN_COOKIE = "salon_s"  # without TLS a browser takes no __Host- cookie
COOKIE_MAX = 128


class SignedOut(Denied):
    """Nobody is signed in."""

    http_status = 401


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks."""

    account: Account
    session: Session


class Auth:
    """Reads and writes the session cookie."""

    def __init__(self, sessions: Sessions, directory: Directory, origins: Origins) -> None:
        self._sessions = sessions
        self._directory = directory
        self._origins = origins

    @property
    def _cookie(self) -> str:
        return SECURE_COOKIE if self._origins.is_secure else PLAIN_COOKIE

    async def actor(self, request: web.Request) -> Actor | None:
        """Return who is signed in, or None."""
        secret = request.cookies.get(self._cookie, "")
        if not secret or len(secret) > COOKIE_MAX:
            return None
        session = self._sessions.find(secret)
        account = None if session is None else self._directory.acting(session.account_id)
        if session is None or account is None:
            return None
        guard = guard_of(request.transport)
        if guard is not None:
            guard.signed_in(account.id)
        await self._sessions.touch(session)
        return Actor(account, session)

    async def signed_in(self, request: web.Request) -> Actor:
        """Return who is signed in. Raises SignedOut."""
        actor = await self.actor(request)
        if actor is None:
            raise SignedOut("Please sign in.", reason="session_ended")
        return actor

    async def sign_in(
        self,
        request: web.Request,
        response: web.StreamResponse,
        account: Account,
        *,
        is_proof: bool = True,
    ) -> None:
        """Begin a new session, ending the one this browser had."""
        device = request.headers.get("User-Agent", "")[:512]
        secret = await self._sessions.begin(account, device, is_proof=is_proof)
        before = await self.actor(request)
        if before is not None:
            await self._sessions.revoke(before.account, before.session.id)
        self._give(response, secret)

    async def renew(self, request: web.Request, response: web.StreamResponse) -> None:
        """Give this browser another secret for its session, which has come to be worth more."""
        secret = await self._sessions.renew(request.cookies.get(self._cookie, ""))
        if secret is not None:
            self._give(response, secret)

    def _give(self, response: web.StreamResponse, secret: str) -> None:
        response.set_cookie(
            self._cookie,
            secret,
            max_age=self._sessions.cookie_max_age_s,
            path="/",
            secure=self._origins.is_secure,
            httponly=True,
            samesite="Lax",
        )

    async def sign_out(self, request: web.Request, response: web.StreamResponse) -> None:
        actor = await self.actor(request)
        if actor is not None:
            await self._sessions.revoke(actor.account, actor.session.id)
        response.del_cookie(
            self._cookie, path="/", secure=self._origins.is_secure, httponly=True, samesite="Lax"
        )
