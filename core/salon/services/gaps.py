"""What a client that comes back is told of a gap: what stands at the end of it, or a snapshot."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from salon.domain.events import (
    FormerPlace,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    Place,
)
from salon.store.log import SAYS_A_MESSAGE, Logged

# Their replay could show or hide other events of the same gap: a snapshot is told instead.
_CHANGES_ACCESS = frozenset({"role.changed", "role.deleted", "account.changed"})
_PLACES_COME_AND_GO = frozenset(
    {"channel.created", "channel.deleted", "room.opened", "room.closed"}
)


class Missed:
    """What the log knows of a gap; `replay` adds what the ring knows, without waiting."""

    __slots__ = ("logged", "seq")

    def __init__(self, logged: Sequence[Logged] | None, seq: int) -> None:
        self.logged = logged
        self.seq = seq


def changes_what_is_seen(entry: Logged) -> bool:
    """Whether after it somebody may see other things: then a snapshot is told."""
    return entry.name in _CHANGES_ACCESS or _is_overwrite(entry) or _is_in_category(entry)


def without_deleted(entries: Sequence[Logged]) -> Sequence[Logged]:
    """Leave out what messages said that were deleted later in the same gap."""
    gone: set[str] = set()
    for entry in entries:
        if entry.name == MessageDeleted.name:
            gone.add(_id(entry))
        elif entry.name == MessagesDeleted.name:
            gone.update(orjson.loads(entry.body)["ids"])
    if not gone:
        return entries
    return [e for e in entries if e.name not in SAYS_A_MESSAGE or _id(e) not in gone]


def as_said_last(entries: Sequence[Logged]) -> Sequence[Logged]:
    """Let messages that were changed later in the same gap say that from the beginning.

    What they said before is for who moderates (`former_texts`): nobody gets it by coming back.
    """
    edits = {_id(entry): entry for entry in entries if entry.name == MessageEdited.name}
    if not edits:
        return entries
    return [
        replace(entry, body=edit.body)
        if entry.name in SAYS_A_MESSAGE
        and (edit := edits.get(_id(entry))) is not None
        and entry.seq < edit.seq
        else entry
        for entry in entries
    ]


def _id(entry: Logged) -> str:
    return str(orjson.loads(entry.body)["id"])


def place_made_or_ended(entry: Logged) -> int | None:
    if entry.name in _PLACES_COME_AND_GO and isinstance(entry.scope, Place | FormerPlace):
        return entry.scope.id
    return None


def _is_in_category(entry: Logged) -> bool:
    """With a place a category may have come into sight, or gone out of it."""
    if entry.name not in _PLACES_COME_AND_GO:
        return False
    return orjson.loads(entry.body).get("category_id") is not None


def _is_overwrite(entry: Logged) -> bool:
    """A changed place may have changed who sees it."""
    return entry.name in {"channel.changed", "room.changed"}
