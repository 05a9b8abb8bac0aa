"""Who can sign in, and what lets them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

HUES = 8  # the member tints of the design tokens, 1 to 8


class AccountKind(StrEnum):
    PERSON = "person"
    BOT = "bot"


class Registration(StrEnum):
    """How somebody without an account gets one; with approval, invitations let in too."""

    OPEN = "open"
    APPROVAL = "approval"
    INVITATION = "invitation"
    CLOSED = "closed"


class ApplicationState(StrEnum):
    WAITING = "waiting"
    LET_IN = "let_in"
    REFUSED = "refused"


class AccountState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in; never holds a password or an address."""

    id: int
    kind: AccountKind
    handle: str
    display_name: str
    hue: int
    role_ids: frozenset[int]
    is_owner: bool
    created_at: datetime
    state: AccountState = AccountState.ACTIVE
    timed_out_until: datetime | None = None
    avatar_id: int | None = None
    pronouns: str = ""
    rules_read: int = 0  # the version of the house rules that they agreed to
    guest_until: datetime | None = None
    has_second_step: bool = False  # a passkey, or codes after the password
    status: str = ""  # a line of their own: "Up the hill until Sunday"

    @property
    def is_guest(self) -> bool:
        """Whether they are in for some days, by a name only."""
        return self.guest_until is not None

    def is_usable(self, now: datetime) -> bool:
        """Whether it may act at all: active, and no guest whose time has come."""
        has_gone = self.guest_until is not None and self.guest_until <= now
        return self.state is AccountState.ACTIVE and not has_gone

    @property
    def is_visitor(self) -> bool:
        """Whether it stands for whoever reads without an account."""
        return self.id == 0

    def is_timed_out(self, now: datetime) -> bool:
        """Whether a moderator's pause holds: reading and listening only."""
        return self.timed_out_until is not None and now < self.timed_out_until


VISITOR = Account(  # whoever reads without an account; in no table
    id=0,
    kind=AccountKind.PERSON,
    handle="",
    display_name="",
    hue=1,
    role_ids=frozenset(),
    is_owner=False,
    created_at=datetime.min.replace(tzinfo=UTC),
)


class FirstMessages(StrEnum):
    """From whom somebody takes a first message, of those who share a place with them."""

    EVERYONE = "everyone"
    ROLE = "role"  # who has a role that they have, other than everyone's
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Privacy:
    """Whom somebody hears; known to nobody else.

    Who is blocked, the account ids, cannot reach them; `first_messages` says who may begin a
    conversation with them without having one. `shows_presence` and `shows_typing`:
    whether others see that they are here, and that they write. `shows_name_outside`: whether who
    listens to a room without an account is told their name and shown their face.
    """

    blocked: frozenset[int] = frozenset()
    first_messages: FirstMessages = FirstMessages.EVERYONE
    shows_presence: bool = True
    shows_typing: bool = True
    shows_name_outside: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in device. The secret is known to the browser only; `id` names it in lists."""

    id: int
    account_id: int
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key pair on somebody's device, of which the server knows the public half (WebAuthn)."""

    id: int
    account_id: int
    credential_id: bytes
    public_key: bytes  # COSE
    sign_count: int  # of uses, as the device says it; stays 0 on those that do not count
    name: str
    is_synced: bool  # it is on their other devices too
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way in for somebody without an account; `guest_days`: as a guest, for so long."""

    id: int
    code: str
    inviter_id: int
    created_at: datetime
    expires_at: datetime
    uses: int
    max_uses: int
    note: str = ""
    role_ids: frozenset[int] = field(default_factory=frozenset)
    revoked: bool = False
    guest_days: int | None = None


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody without an account asks for; handed to `may_sign_up`."""

    handle: str
    display_name: str
    invitation: Invitation | None


@dataclass(frozen=True, slots=True)
class Application:
    """Somebody asks to come in: as whom, and why. Who was let in has an account since."""

    id: int
    handle: str
    display_name: str
    reason: str
    applied_at: datetime
    rules_read: int
    state: ApplicationState = ApplicationState.WAITING
    answer: str = ""
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Community:
    """The server itself: one server is one community."""

    id: int
    name: str
    accent_hue: int  # degrees, 0 to 360
    language: str  # "en" or "fr": what the server speaks first
    rules: str
    everyone_role_id: int
    claimed_at: datetime | None
    icon_id: int | None = None
    registration: Registration = Registration.INVITATION
    rules_version: int = 0
    link_cards: bool = False  # whether the server looks at links in messages
    public_rooms: bool = False  # whether rooms may be heard without an account
