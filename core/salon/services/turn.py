"""Credentials for the TURN server, of one member and for a while.

As coturn reads them with `use-auth-secret` (draft-uberti-behave-turn-rest-00, 2.2): the user name
is the time at which they end, a colon and somebody's name; the password is base64 of HMAC-SHA-1 of
the user name under the shared secret. The name is one that only this server can make, so the TURN
server can count what each member uses and learns of nobody who they are.

Whoever is signed out keeps what they were given until it ends; it opens nothing but the way to
this server's port and to others that the TURN server allows (docs/running.md says which).
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from salon.clock import Clock
from salon.config import Turn
from salon.domain.accounts import Session
from salon.services.sealing import Seal
from salon.services.sessions import Sessions

NAME_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Credential:
    """What a browser shows to the TURN server."""

    user: str
    password: str


class TurnServers:
    """What a page is told of the TURN server; nothing where there is none."""

    def __init__(self, settings: Turn, sessions: Sessions, seal: Seal, clock: Clock) -> None:
        self._settings = settings
        self._sessions = sessions
        self._seal = seal
        self._clock = clock

    def body(self, account_id: int, session_id: int) -> Sequence[Mapping[str, object]]:
        """Return `iceServers` for a sign-in's `RTCPeerConnection`; empty when it has ended."""
        session = self._session(account_id, session_id)
        if not self._settings.servers or session is None:
            return ()
        until = self._clock.now() + timedelta(hours=self._settings.credential_hours)
        credential = self._credential(account_id, min(until, session.expires_at))
        return (
            {
                "urls": list(self._settings.servers),
                "username": credential.user,
                "credential": credential.password,
            },
        )

    def _session(self, account_id: int, session_id: int) -> Session | None:
        mine = self._sessions.of(account_id)
        return next((session for session in mine if session.id == session_id), None)

    def _credential(self, account_id: int, until: datetime) -> Credential:
        name = self._seal.sign(f"turn {account_id}".encode()).hex()[:NAME_CHARACTERS]
        return credential(self._settings, name, until)


def credential(settings: Turn, name: str, until: datetime) -> Credential:
    """Return one that ends then. The settings have a secret."""
    assert settings.secret is not None  # noqa: S101 they were checked together
    user = f"{int(until.timestamp())}:{name}"
    secret = settings.secret.get_secret_value().encode()
    password = hmac.digest(secret, user.encode(), "sha1")  # what TURN servers read
    return Credential(user, base64.b64encode(password).decode())
