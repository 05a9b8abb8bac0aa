"""Events: the hooks, each a few lines, delegating."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from salon.plugin import (
    ClientModule,
    Command,
    PageFragment,
    Permission,
    Plugin,
    Room,
    Route,
    Salon,
    Schedule,
    SearchSource,
    hookimpl,
)
from salon_events import account_rows
from salon_events.addresses import Addresses
from salon_events.audience import SCHEDULE, Audience
from salon_events.changes import Changes
from salon_events.config import EventsConfig
from salon_events.doors import Doors
from salon_events.listing import Listing
from salon_events.outside import Outside
from salon_events.payloads import (
    Announce,
    Cancel,
    Change,
    Listed,
    MakeAddress,
    Month,
    Nothing,
    One,
    Plan,
    Preview,
    Remind,
    Revoke,
    Say,
)
from salon_events.planning import Planning
from salon_events.telling import Telling

LOOK_EVERY = timedelta(seconds=20)
EXTEND_EVERY = timedelta(hours=6)


class EventsPlugin(Plugin[EventsConfig]):
    """Rooms at a time that is known before."""

    name = "events"
    title = "Events"
    api = "1.6"
    Config = EventsConfig

    def __init__(self, salon: Salon, config: EventsConfig) -> None:
        super().__init__(salon, config)
        audience = Audience(salon)
        changes = Changes(salon)
        self._telling = Telling(salon, audience)
        self._planning = Planning(salon, config, audience, changes, self._telling)
        self._listing = Listing(salon, config, audience, changes)
        self._doors = Doors(salon, config, audience, changes)
        self._addresses = Addresses(salon, audience, self._listing)
        self._outside = Outside(salon, audience, self._listing)

    # -- contributions

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("schedule", "Plan events", granted_to="everyone"),
            Permission("manage", "Change and cancel events of others", granted_to="hosts"),
        ]

    @hookimpl
    def register_commands(self) -> list[Command]:
        planning, listing, addresses = self._planning, self._listing, self._addresses
        return [
            Command("plan", Plan, planning.plan, permission=SCHEDULE),
            Command("announce", Announce, planning.announce, permission=None),
            Command("preview", Preview, planning.preview, permission=SCHEDULE),
            Command("change", Change, planning.change, permission=None),
            Command("cancel", Cancel, planning.cancel, permission=None),
            Command("list", Listed, listing.list, permission=None),
            Command("month", Month, listing.month, permission=None),
            Command("get", One, listing.get, permission=None),
            Command("say", Say, listing.say, permission=None),
            Command("remind", Remind, listing.remind, permission=None),
            Command("make_address", MakeAddress, addresses.make, permission=None),
            Command("addresses", Nothing, addresses.list, permission=None),
            Command("revoke_address", Revoke, addresses.revoke, permission=None),
        ]

    @hookimpl
    def register_routes(self) -> list[Route]:
        addresses = self._addresses
        open_to_programs = [
            ("/calendar.ics", addresses.everybody, "public"),
            ("/rooms/{room}.ics", addresses.of_room, "public"),
            ("/calendar/{secret}.ics", addresses.secret, "token"),
            ("/one/{occurrence}.ics", addresses.one, "account"),
        ]
        return [
            Route(method, path, handler, access=access, body_max_bytes=0)
            for path, handler, access in open_to_programs
            for method in ("GET", "HEAD")
        ]

    @hookimpl
    def register_jobs(self) -> list[Schedule]:
        return [
            Schedule("doors", self._doors.look, every=LOOK_EVERY),
            Schedule("reminders", self._telling.remind, every=LOOK_EVERY),
            Schedule("extend", self._planning.extend, every=EXTEND_EVERY),
        ]

    @hookimpl
    def register_client_modules(self) -> list[ClientModule]:
        return [ClientModule("main.tsx")]

    @hookimpl
    def register_page_fragments(self) -> list[PageFragment]:
        return self._outside.fragments()

    @hookimpl
    def register_search_sources(self) -> list[SearchSource]:
        return [SearchSource("events", "Events", self._listing.search)]

    # -- notices

    @hookimpl
    async def room_closed(self, room: Room) -> None:
        await self._doors.room_closed(room)

    # -- life

    @hookimpl
    async def erase_account(self, account_id: int) -> None:
        await self.salon.db.write(lambda tx: account_rows.forget(tx, account_id))

    @hookimpl
    async def export_account(self, account_id: int) -> Mapping[str, Any]:
        return await self.salon.db.read(lambda c: account_rows.kept_of(c, account_id))
