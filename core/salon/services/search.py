"""Looking for what was said, and whatever plugins can find besides.

A line is read (`salon.domain.search`), its names become ids as the asker sees them, and the store
is asked for one page within a budget. The channels that the asker may read stand in the query
itself; what comes back is judged once more before it leaves: access may have changed meanwhile. A
hit is shown by the words of the message as it is read, without marks and with names; what a link
leads to is found, and is no word of it.
Names that nobody here has are told back, and find nothing: a channel that one may not read and one
that does not exist are the same answer.

A slow search holds up nobody: two are under way at most, of the three threads that read; some wait;
more are refused. After its budget a search gives what it has found until then.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import structlog

from salon.clock import Clock
from salon.domain import search
from salon.domain.accounts import Account
from salon.domain.messages import Message
from salon.domain.search import Piece, Query
from salon.errors import Unavailable
from salon.ids import first_id_of
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.services.plain_words import PlainWords
from salon.store import messages as stored_messages
from salon.store import search as stored
from salon.store.search import Found, Mentioned, Wanted
from salon.store.store import Store

BURST = 20  # a search goes on while somebody types
PER_S = 3.0
AT_ONCE = 2
WAITING_MAX = 32
BUDGET_S = 0.3
FIRST_DAY = date(2015, 1, 2)
LAST_DAY = date(2080, 1, 1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hit:
    """A message, and the stretch of it to show."""

    message: Message
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Page:
    """The newest first. `unknown` are names in the line that nobody and no place here has.

    Not `is_whole`: there may be more, which the time was too short to look at.
    """

    hits: Sequence[Hit]
    has_older: bool
    is_whole: bool
    unknown: Sequence[str]


class Search:
    """Always for an actor."""

    def __init__(self, store: Store, access: Access, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._words = PlainWords(access, directory)
        self._clock = clock
        self._paces = Paces(BURST, PER_S)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def messages(
        self,
        actor: Account,
        line: str,
        *,
        before: int | None = None,
        limit: int = 25,
        utc_offset: timedelta = timedelta(0),
    ) -> Page:
        """Return a page of what the line asks for. Days begin where the actor's clock says so.

        Raises Invalid, TooMany, Unavailable.
        """
        query = search.read(line)
        self._paces.take(
            actor.id,
            self._clock.monotonic_s(),
            message="That is a lot at once. Take a breath.",
        )
        wanted, unknown = self._resolved(actor, query, utc_offset)
        nothing = Page((), has_older=False, is_whole=True, unknown=unknown)
        if query.is_empty or unknown or not wanted.place_ids:
            return nothing
        if before is not None:
            wanted = replace(wanted, before=min(before, wanted.before or before))
        found = await self._in_turn(lambda: self._find(replace(wanted, limit=limit)))
        seen = await self._store.read(lambda c: stored_messages.find_many(c, found.ids))
        hits = [
            Hit(message, search.shown(self._words.of(message, actor), query.phrases))
            for message in reversed(seen)
            if self._access.may_view(actor, message.channel_id)
            and not self._directory.blocks(actor.id, message.author_id)
        ]
        return Page(hits, found.has_older, found.is_whole, unknown)

    async def _find(self, wanted: Wanted) -> Found:
        with suppress(Unavailable):  # what was said before the disk was full is found all the same
            await self._store.index()
        found = await self._store.read_within(lambda c: stored.find(c, wanted), budget_s=BUDGET_S)
        if not found.is_whole:
            log.warning("a search was cut off", seconds=BUDGET_S, found=len(found.ids))
            if not found.ids:
                raise Unavailable(
                    "That took too long. Say more of what you look for.", reason="search_slow"
                )
        return found

    async def _in_turn(self, find: Callable[[], Awaitable[Found]]) -> Found:
        if self._waiting >= WAITING_MAX:
            raise Unavailable(
                "The server is very busy. Please try again in a moment.", reason="busy"
            )
        self._waiting += 1
        try:
            async with self._turns:
                return await find()
        finally:
            self._waiting -= 1

    # -- names to ids

    def _resolved(
        self, actor: Account, query: Query, utc_offset: timedelta
    ) -> tuple[Wanted, Sequence[str]]:
        unknown: list[str] = []
        authors = self._people(actor, query.authors, unknown)
        places = self._places(actor, query.places, unknown)
        wanted = Wanted(
            place_ids=places,
            with_threads=not query.places,
            phrases=query.phrases,
            author_ids=authors if query.authors else None,
            has=query.kinds,
            mentioned=self._mentioned(actor, query.mentioned, unknown) if query.mentioned else None,
            before=None if query.before is None else _first_id(query.before, utc_offset),
            after=None if query.after is None else _first_id(query.after, utc_offset) - 1,
        )
        return wanted, unknown

    def _mentioned(self, actor: Account, names: Sequence[str], unknown: list[str]) -> Mentioned:
        """Return the people, and what roles they have now: a role that is named names them."""
        people = self._people(actor, names, unknown)
        known = map(self._directory.account, people)
        roles = {id_ for one in known if one is not None for id_ in one.role_ids}
        return Mentioned(people, roles)

    def _people(self, actor: Account, names: Sequence[str], unknown: list[str]) -> frozenset[int]:
        found: set[int] = set()
        for name in names:
            people = self._called(actor, name)
            if not people:
                unknown.append(name)
            found |= people
        return frozenset(found)

    def _called(self, actor: Account, name: str) -> set[int]:
        """Return who has this handle, or else everybody who is shown under this name."""
        if search.folded(name) in search.ME:
            return {actor.id}
        exact = self._directory.by_handle(name.lstrip("@"))
        if exact is not None:
            return {exact.id}
        wanted = search.folded(name)
        everybody = self._directory.accounts()
        return {one.id for one in everybody if search.folded(one.display_name) == wanted}

    def _places(self, actor: Account, names: Sequence[str], unknown: list[str]) -> frozenset[int]:
        """Return the places that the actor may read; or those that were named, open threads too."""
        here = {channel.id: channel for channel in self._directory.readable(actor)}
        if not names:
            return frozenset(here)
        readable = {
            channel.id: {search.folded(channel.slug), search.folded(channel.name)}
            for channel in (*here.values(), *self._directory.open_threads(here))
        }
        found: set[int] = set()
        for name in names:
            places = {id_ for id_, called in readable.items() if search.folded(name) in called}
            if not places:
                unknown.append(name)
            found |= places
        return frozenset(found)


def _first_id(day: date, utc_offset: timedelta) -> int:
    """Return the first id of a day; days that no id can name are cut to those that can."""
    at = datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time(), UTC)
    return first_id_of(at - utc_offset)
