"""Rooms that open and close by themselves: what the calendars say is done once a minute."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog

from salon.plugin import Invalid, Room, Salon, SalonError, Transaction
from salon_sports_rooms import models
from salon_sports_rooms.config import SportsRoomsConfig
from salon_sports_rooms.keeping import KIND, Scorekeeping, lasting
from salon_sports_rooms.match import Match
from salon_sports_rooms.models import Opened
from salon_sports_rooms.names import room_name

if TYPE_CHECKING:
    from salon_sports_rooms.fixtures import Fixture, Reading

LOOK_AHEAD = timedelta(days=14)
LOOK_BACK = timedelta(days=1)
FIXTURES_KEPT = timedelta(days=30)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Version:
    """What a reading depends on: the file as it was, and the window, which moves by the hour."""

    changed_at_ns: int
    size_bytes: int
    window_start: datetime


class Calendars:
    """Reads the files again when they change or the hour does; opens and closes rooms."""

    def __init__(self, salon: Salon, config: SportsRoomsConfig, matches: Scorekeeping) -> None:
        self._salon = salon
        self._config = config
        self._matches = matches
        self._readings: dict[Path, tuple[_Version | None, Sequence[Fixture]]] = {}

    async def look(self, _payload: dict[str, Any]) -> None:
        """Do what is due now; once a minute."""
        now = self._salon.clock.now()
        opened = dict(await self._salon.db.read(models.load_fixtures))
        for fixture in await self._due(now):
            key = Opened(fixture.uid, fixture.starts_at)
            if key not in opened and (room := await self._room(fixture, opened.values())):
                await self._open(fixture, room)
                opened[key] = room.id
        await self._close(now)
        await self._salon.db.write(lambda tx: models.prune_fixtures(tx, now - FIXTURES_KEPT))

    # -- opening

    async def _due(self, now: datetime) -> "Sequence[Fixture]":
        """Return the matches whose room should be open now: not yet over, and soon enough."""
        soon = now + timedelta(minutes=self._config.open_before_minutes)
        found = [fixture for file in self._files() for fixture in await self._read(file, now)]
        return [each for each in found if each.starts_at <= soon and now < self._ends_at(each)]

    async def _room(self, fixture: "Fixture", taken: Collection[int]) -> Room | None:
        """Return the room for a match, opened or found.

        One of its name that no fixture has is ours from before a crash, or a keeper was quicker
        than the calendar.
        """
        name = room_name(fixture.home, fixture.away)
        for room in self._salon.rooms.all():
            is_ours = room.kind == KIND and not room.opened_by and room.id not in taken
            if is_ours and room.name == name:
                return room
        try:
            return await self._salon.rooms.open(name, kind=KIND, topic=fixture.note)
        except SalonError as error:
            log.warning("a match got no room", match=name, reason=error.message)
            return None

    async def _open(self, fixture: "Fixture", room: Room) -> None:
        match = Match(
            room_id=room.id,
            home=fixture.home,
            away=fixture.away,
            half_s=self._half_s(fixture),
            starts_at=fixture.starts_at,
            ends_at=self._ends_at(fixture),
            commentators_only=self._config.commentators_only,
        )

        def save(tx: Transaction) -> None:
            models.add_fixture(tx, Opened(fixture.uid, fixture.starts_at), room.id)
            models.add_match(tx, match)

        await self._salon.db.write(save)
        await self._matches.publish(room.id)
        log.info("a room opened for a match", room=room.id, starts_at=str(fixture.starts_at))

    def _half_s(self, fixture: "Fixture") -> int:
        return self._config.half_s(fixture.sport or self._config.sport)

    def _ends_at(self, fixture: "Fixture") -> datetime:
        return fixture.ends_at or fixture.starts_at + lasting(self._half_s(fixture))

    # -- closing

    async def _close(self, now: datetime) -> None:
        """Close the rooms of matches that are over where nobody is; forget those of lost rooms."""
        over = now - timedelta(minutes=self._config.close_after_minutes)
        for room_id in await self._salon.db.read(models.load_room_ids):
            if self._salon.rooms.get(room_id) is None:
                await self._matches.forget(room_id)
        for room_id in await self._salon.db.read(lambda c: models.load_ended(c, over)):
            if self._salon.rooms.get(room_id) and not self._salon.rooms.participants(room_id):
                await self._salon.rooms.close(room_id)

    # -- reading

    def _files(self) -> Sequence[Path]:
        return [self._salon.data_directory / path for path in self._config.calendars]

    async def _read(self, file: Path, now: datetime) -> "Sequence[Fixture]":
        """Return a file's fixtures; of one that cannot be read none, told once per change."""
        window_start = now.replace(minute=0, second=0, microsecond=0) - LOOK_BACK
        version = await asyncio.to_thread(_version, file, window_start)
        known = self._readings.get(file)
        if known is None or known[0] != version:
            known = (version, await self._parsed(file, window_start))
            self._readings[file] = known
        return known[1]

    async def _parsed(self, file: Path, start: datetime) -> "Sequence[Fixture]":
        zone = ZoneInfo(self._config.timezone)
        try:
            reading = await asyncio.to_thread(_parse, file, start, zone)
        except (OSError, Invalid) as error:
            why = error.message if isinstance(error, Invalid) else error.strerror
            log.warning("a calendar cannot be read", file=file.name, reason=why)
            return ()
        facts = {"fixtures": len(reading.fixtures), "left_out": reading.left_out}
        log.info("a calendar was read", file=file.name, **facts)
        return reading.fixtures


def _version(file: Path, window_start: datetime) -> _Version | None:
    try:
        known = file.stat()
    except OSError:
        return None
    return _Version(known.st_mtime_ns, known.st_size, window_start)


def _parse(file: Path, start: datetime, zone: ZoneInfo) -> "Reading":
    # icalendar takes 4 MiB, and most servers follow no calendar.
    from salon_sports_rooms.fixtures import CALENDAR_MAX_BYTES, read_fixtures

    if not file.is_file():
        raise Invalid("There is no such file.")
    with file.open("rb") as opened:
        content = opened.read(CALENDAR_MAX_BYTES + 1)
    return read_fixtures(content, start=start, end=start + LOOK_AHEAD, default_zone=zone)
