"""Sports rooms: the hooks, each a few lines, delegating."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from salon.plugin import (
    Account,
    Channel,
    ClientModule,
    Command,
    Deny,
    Participant,
    Permission,
    Plugin,
    Room,
    RoomKind,
    Salon,
    Schedule,
    SlashArgument,
    SlashCommand,
    hookimpl,
)
from salon_sports_rooms import models
from salon_sports_rooms.calendars import Calendars
from salon_sports_rooms.config import SportsRoomsConfig
from salon_sports_rooms.keeping import KEEP_SCORE, KIND, Scorekeeping
from salon_sports_rooms.names import TEAM_MAX_CHARACTERS, sentence
from salon_sports_rooms.payloads import (
    AddMoment,
    CorrectMoment,
    CreateMatch,
    EditMatch,
    PressClock,
    Undo,
)


class SportsRoomsPlugin(Plugin[SportsRoomsConfig]):
    """Rooms for matches, with teams, score, clock and timeline."""

    name = "sports_rooms"
    title = "Sports rooms"
    api = "1.4"
    Config = SportsRoomsConfig

    def __init__(self, salon: Salon, config: SportsRoomsConfig) -> None:
        super().__init__(salon, config)
        self._matches = Scorekeeping(salon, config)
        self._calendars = Calendars(salon, config, self._matches)

    # -- contributions

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("keep_score", "Open matches and keep their score", granted_to="hosts"),
            Permission("commentate", "Speak in matches kept for commentators", granted_to="hosts"),
        ]

    @hookimpl
    def register_room_kinds(self) -> list[RoomKind]:
        without = "The score and the clock are away; voices and chat work as in any room."
        hint = {"en": "Score, clock, chat and voices", "fr": "Score, chrono, messages et voix"}
        return [RoomKind("match", "Match", without, permission=KEEP_SCORE, hint=hint)]

    @hookimpl
    def register_commands(self) -> list[Command | SlashCommand]:
        matches = self._matches
        return [
            Command("create", CreateMatch, matches.create, permission=KEEP_SCORE),
            Command("edit", EditMatch, matches.edit, permission=KEEP_SCORE),
            Command("moment", AddMoment, matches.add, permission=KEEP_SCORE),
            Command("correct", CorrectMoment, matches.correct, permission=KEEP_SCORE),
            Command("undo", Undo, matches.undo, permission=KEEP_SCORE),
            Command("clock", PressClock, matches.press, permission=KEEP_SCORE),
            SlashCommand(
                "match",
                {"en": "Open a room for a match", "fr": "Ouvrir un salon pour un match"},
                self._open_match,
                (
                    SlashArgument(
                        "home", {"en": "Home team", "fr": "À domicile"}, most=TEAM_MAX_CHARACTERS
                    ),
                    SlashArgument(
                        "away", {"en": "Away team", "fr": "En visite"}, most=TEAM_MAX_CHARACTERS
                    ),
                ),
                permission=KEEP_SCORE,
            ),
        ]

    async def _open_match(
        self, actor: Account, _channel: Channel, arguments: Mapping[str, Any]
    ) -> Mapping[str, str]:
        await self._matches.create(actor, CreateMatch(**arguments))
        home, away = arguments["home"], arguments["away"]
        return {
            "en": f"The room for {home} against {away} is open.",
            "fr": f"Le salon de {home} contre {away} est ouvert.",
        }

    @hookimpl
    def register_jobs(self) -> list[Schedule]:
        minute = timedelta(minutes=1)
        return [
            Schedule("calendars", self._calendars.look, every=minute),
            Schedule("clocks", self._matches.strike, every=minute),
        ]

    @hookimpl
    def register_client_modules(self) -> list[ClientModule]:
        return [ClientModule("main.tsx")]

    # -- decisions

    @hookimpl
    async def may_speak(self, participant: Participant, room: Room) -> Deny | None:
        if room.kind != KIND or await self._matches.may_speak(participant, room):
            return None
        reason = sentence("commentators_only", self.salon.community.language)
        return Deny(reason, "commentators_only")

    # -- notices

    @hookimpl
    async def room_opened(self, room: Room) -> None:
        await self._matches.welcome(room)

    @hookimpl
    async def room_closed(self, room: Room) -> None:
        if room.kind == KIND:
            await self._matches.forget(room.id)

    # -- life

    @hookimpl
    async def erase_account(self, account_id: int) -> None:
        await self.salon.db.write(lambda tx: models.forget_account(tx, account_id))

    @hookimpl
    async def export_account(self, account_id: int) -> Mapping[str, Any]:
        return {"moments": await self.salon.db.read(lambda c: models.of_account(c, account_id))}
