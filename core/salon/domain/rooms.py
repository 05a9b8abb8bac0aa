"""Places for voice, and who is in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from salon.domain.permissions import Overwrite, Role, permissions_of_everyone

TALK = "talk"
LISTEN = "room.join"
"""The permission to come in and listen."""

RoomSound = Literal["speech", "music"]
Entry = Literal["everyone", "roles", "link"]
"""Who may enter a room that is opened on the spot."""

Ruling = Literal[
    "silenced", "unsilenced", "deafened", "undeafened", "moved_down", "moved", "removed"
]
"""What who is in charge of a room does to somebody's voice there."""

SPEECH: Final = "speech"
MUSIC: Final = "music"


@dataclass(frozen=True, slots=True)
class Room:
    """A place for voice. Its chat is the channel with the same id.

    `kind` is "talk" or "<plugin>.<kind>". A temporary room vanishes when the last one leaves.
    `sound` is what microphones are for: "speech", cleaned and in mono, or "music",
    as it is and in stereo. `key_ids`: it is locked, and these accounts have a key: they were inside
    when it was, or were let in. With `push_to_talk` everybody's page sends only while a key or a
    button is held. `tag_ids`: what it is about (`domain/tags.py`). `link_key`: whoever has it is
    let in, also who could not see the room. `to_be_recorded`: people are told before they come in;
    whether anything records is up to plugins. `is_public`: who has no account may listen too, as
    long as everyone's role comes in, nobody has locked it and the community has public rooms.
    `pinned_url`: a link that stands on top for everybody who sees the room, "" for none.
    When it opens, who follows its tags is told (`tells_followers`), and who has one of these roles
    (`told_role_ids`).
    """

    id: int
    slug: str
    name: str
    topic: str
    kind: str
    category_id: int | None
    position: int
    seats: int
    opened_by: int
    temporary: bool = False
    overwrites: tuple[Overwrite, ...] = ()
    sound: RoomSound = SPEECH
    push_to_talk: bool = False
    key_ids: frozenset[int] | None = None
    tag_ids: tuple[int, ...] = ()
    link_key: str | None = None
    to_be_recorded: bool = False
    is_public: bool = False
    pinned_url: str = ""
    pinned_title: str = ""
    tells_followers: bool = True
    told_role_ids: tuple[int, ...] = ()

    @property
    def is_locked(self) -> bool:
        """Whether who is outside knocks."""
        return self.key_ids is not None


def held_outside(
    room: Room, roles: Mapping[int, Role], everyone_role_id: int, now: datetime
) -> frozenset[str]:
    """Return what somebody without an account may do there: listen or nothing, and never view.

    Whoever views a place reads its chat.
    """
    if not room.is_public or room.is_locked:
        return frozenset()
    held = permissions_of_everyone(roles, everyone_role_id, room.overwrites, now)
    return held & {LISTEN}


@dataclass(frozen=True, slots=True)
class RoomBan:
    """Somebody was kept out of one room. `by_leader`: by who leads it without keeping rooms.

    `until` None: for as long as the room is there.
    """

    room_id: int
    account_id: int
    by_account_id: int
    by_leader: bool
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """One account's presence in one room; lives in memory only.

    `muted` and `deafened` are the person's own choice, `silenced` and `deafened_by_host` are a
    host's: all four are enforced by the relay.
    """

    room_id: int
    account_id: int
    peer_id: str
    joined_at: datetime
    may_speak: bool
    muted: bool = True
    deafened: bool = False
    silenced: bool = False
    deafened_by_host: bool = False
    connected: bool = False


@dataclass(frozen=True, slots=True)
class RoomLevels:
    """How loud everybody in a room was in the last fifth of a second.

    By account id, in dBov: -127 (silent) to 0. Who sent nothing is left out.
    """

    room_id: int
    levels_dbov: Mapping[int, int]
