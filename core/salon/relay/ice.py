"""The lite half of ICE (RFC 8445, 2.5): credentials, the address in use, consent.

We never send a check and never look at a candidate of the other side: where a peer is, is learned
from its authentic checks alone. So nobody can make the server send anywhere by writing an address.
"""

import secrets
from dataclasses import dataclass
from typing import Generic, TypeVar

CONSENT_S = 15.0  # browsers check every 2.5 s and give up after about 16 s themselves

PathT = TypeVar("PathT")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What only the page and we know, until its first check tells the path the ufrag."""

    ufrag: str
    password: str


def new_credentials() -> Credentials:
    """Hexadecimal, because an ICE character is no `-` and no `_` (RFC 8839, 5.4)."""
    return Credentials(ufrag=secrets.token_hex(8), password=secrets.token_hex(16))


class LiteAgent(Generic[PathT]):
    """Where one peer is. Follows the latest authentic check, so a NAT may rebind."""

    def __init__(self, now_s: float) -> None:
        self.path: PathT | None = None
        self._nominated = False
        self._seen_s = now_s

    def checked(self, path: PathT, now_s: float, *, use_candidate: bool) -> None:
        """An authentic check came. Once a path was nominated, only another nomination moves it."""
        self._seen_s = now_s
        if use_candidate or not self._nominated:
            self.path = path
        self._nominated = self._nominated or use_candidate

    def restart(self) -> None:
        """Follow whatever check comes next, and nominations from then on."""
        self._nominated = False

    def has_consent(self, now_s: float) -> bool:
        return now_s - self._seen_s <= CONSENT_S
