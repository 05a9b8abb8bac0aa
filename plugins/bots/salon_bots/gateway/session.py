"""What a bot was told, by number, so that it can lose its connection and miss nothing."""

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from salon_bots.bits import Intents
from salon_bots.gateway import frames
from salon_bots.gateway.line import Line

# What each message changes, and what is told of a thread that has gone.
FLEETING = frozenset({"last_message_id", "message_count", "total_message_sent", "member_count"})
ARCHIVE_AT = "archive_timestamp"
GONE_THREAD = ("id", "guild_id", "parent_id", "type")


@dataclass(frozen=True, slots=True)
class Wish:
    """What IDENTIFY asked for."""

    intents: int
    shard: tuple[int, int] | None = None
    threshold: int = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One dispatch. `place_id` is asked for again when it is told a second time."""

    seq: int
    place_id: int | None
    frame: bytes


@dataclass(slots=True)
class Session:
    """One connection of a bot and, for a while, what comes after it."""

    bot_id: int
    wish: Wish
    owns_guild: bool
    keep: int
    keep_bytes: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    seq: int = 0
    line: Line | None = None
    left_at_s: float | None = None
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    _kept: deque[Told] = field(default_factory=deque)
    _kept_bytes: int = 0

    def wants(self, intent: Intents) -> bool:
        return self.owns_guild and bool(self.wish.intents & intent)

    def dispatch(self, name: str, body: Any, place_id: int | None = None) -> None:
        """Tell now if the bot is here, and keep it for when it is not."""
        self.seq += 1
        frame = frames.encode_dispatch(name, body, self.seq)
        self._kept.append(Told(self.seq, place_id, frame))
        self._kept_bytes += len(frame)
        while len(self._kept) > self.keep or self._kept_bytes > self.keep_bytes:
            self._kept_bytes -= len(self._kept.popleft().frame)
        if self.line is not None:
            self.line.send(frame)

    def missed(self, seq: int, may_view: Callable[[int], bool]) -> Sequence[bytes] | None:
        """Return what came after `seq` and may be seen now; None when not all of it is kept."""
        oldest = self._kept[0].seq if self._kept else self.seq + 1
        if seq + 1 < oldest:
            return None
        return [
            told.frame
            for told in self._kept
            if told.seq > seq and (told.place_id is None or may_view(told.place_id))
        ]

    def remember_places(self, now: Sequence[Mapping[str, Any]]) -> None:
        """Take the places as told: they stand in GUILD_CREATE."""
        self.places = {place["id"]: _lasting(place) for place in now}

    def tell_places(self, now: Sequence[Mapping[str, Any]]) -> None:
        """Tell what became of channels and rooms since the bot was last told of them."""
        after = {place["id"]: _lasting(place) for place in now}
        before, self.places = self.places, after
        if not self.wants(Intents.GUILDS):
            return
        for id_, gone in before.items():
            if id_ not in after:
                body = {key: gone[key] for key in GONE_THREAD} if _is_thread(gone) else gone
                self.dispatch(f"{_kind(gone)}_DELETE", body)
        for place in now:
            known = before.get(place["id"])
            if known is None:
                new = {"newly_created": True} if _is_thread(place) else {}
                self.dispatch(f"{_kind(place)}_CREATE", {**place, **new}, int(place["id"]))
            elif known != after[place["id"]]:
                self.dispatch(f"{_kind(place)}_UPDATE", place, int(place["id"]))


def _is_thread(place: Mapping[str, Any]) -> bool:
    return "thread_metadata" in place


def _kind(place: Mapping[str, Any]) -> str:
    return "THREAD" if _is_thread(place) else "CHANNEL"


def _lasting(place: Mapping[str, Any]) -> dict[str, Any]:
    """Return a place without what each message changes."""
    kept = {key: value for key, value in place.items() if key not in FLEETING}
    if _is_thread(place):
        whole = place["thread_metadata"]
        kept["thread_metadata"] = {key: whole[key] for key in whole if key != ARCHIVE_AT}
    return kept
