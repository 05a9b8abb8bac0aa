"""Credentials for the TURN server, of one member and for a while.

As coturn reads them with `use-auth-secret` (draft-uberti-behave-turn-rest-00, 2.2): the user name
is the time at which they end, a colon and somebody's name; the password is base64 of HMAC-SHA-1 of
the user name under the shared secret. The name is one that only this server can make, so the TURN
server can count what each member uses and learns of nobody who they are.

Who listens without an account gets some too: only with a line to a room that is heard outside at
that moment, for an hour, and under a name of their address, so that the TURN server's quota counts
all who come from there as one.

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
VISITORS_FOR = timedelta(hours=1)


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
        return self._body(str(account_id), min(until, session.expires_at))

    def visitors_body(self, network: str) -> Sequence[Mapping[str, object]]:
        """Return `iceServers` for somebody without an account who has a place to listen."""
        if not self._settings.servers:
            return ()
        return self._body(f"from {network}", self._clock.now() + VISITORS_FOR)

    def _body(self, who: str, until: datetime) -> Sequence[Mapping[str, object]]:
        given = self._credential(who, until)
        urls = [url for server in self._settings.servers for url in _both_ways(server)]
        return ({"urls": urls, "username": given.user, "credential": given.password},)

    def _session(self, account_id: int, session_id: int) -> Session | None:
        mine = self._sessions.of(account_id)
        return next((session for session in mine if session.id == session_id), None)

    def _credential(self, who: str, until: datetime) -> Credential:
        name = self._seal.sign(f"turn {who}".encode()).hex()[:NAME_CHARACTERS]
        return credential(self._settings, name, until)


def _both_ways(server: str) -> Sequence[str]:
    """Return an address as browsers take it: one without a transport is asked over UDP alone.

    That says RFC 7065, 3.1. But a network that needs a TURN server mostly lets no UDP through.
    """
    is_open = server.startswith("turn:") and "?transport=" not in server
    return (server, f"{server}?transport=tcp") if is_open else (server,)


def credential(settings: Turn, name: str, until: datetime) -> Credential:
    """Return one that ends then. The settings have a secret."""
    assert settings.secret is not None  # noqa: S101 they were checked together
    user = f"{int(until.timestamp())}:{name}"
    secret = settings.secret.get_secret_value().encode()
    password = hmac.digest(secret, user.encode(), "sha1")  # what TURN servers read
    return Credential(user, base64.b64encode(password).decode())
