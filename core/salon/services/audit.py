"""Looking at what was changed, and by whom: by page, by words, all of it, and whether it holds.

Words are looked for in what an entry says and in the names of what it is about, as these are now,
without minding case and accents. Nothing of it is found for somebody who may not see the record,
and that is asked anew for each stretch of what is fetched.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.audit import Entry, Target
from salon.domain.channels import Category, Channel
from salon.domain.permissions import Role
from salon.domain.rooms import Room
from salon.domain.search import folded
from salon.errors import Invalid
from salon.services.access import Access
from salon.services.directory import Directory
from salon.store import audit as stored
from salon.store.audit import Page, Wanted
from salon.store.store import Store

PERMISSION = "audit.view"
WORDS_MAX_CHARACTERS = 200
WORDS_MAX = 16
FETCHED_AT_ONCE = 500
CHECK_HOLDS_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Check:
    """How many entries follow from each other, which one does not, and when that was looked at."""

    at: datetime
    count: int
    broken_at: int | None


class Audit:
    """Deeds are recorded where they are done, in the same write; here they are read."""

    def __init__(self, store: Store, access: Access, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._clock = clock
        self._checking = asyncio.Lock()
        self._check: Check | None = None

    async def record(self, actor: Account | None, action: str, target: Target) -> None:
        """Record a deed that was done outside of the store."""
        await self._store.write(lambda tx: stored.record(tx, actor, action, target))

    async def page(self, actor: Account, wanted: Wanted, words: str = "") -> Page:
        """Return the newest that are wanted and hold all the words. Raises Denied, Invalid."""
        self._access.everywhere(actor, PERMISSION)
        fits = self._holding(words)
        return await self._store.read(lambda connection: stored.load(connection, wanted, fits))

    async def all(
        self, actor: Account, wanted: Wanted, words: str = ""
    ) -> AsyncIterator[Sequence[Entry]]:
        """Yield all that are wanted, a stretch at a time. Raises Denied, also in between."""
        wanted = replace(wanted, limit=FETCHED_AT_ONCE)
        while True:
            found = await self.page(self._access.actor(actor), wanted, words)
            yield found.entries
            if found.before is None:
                return
            wanted = replace(wanted, before=found.before)

    async def check(self, actor: Account) -> Check:
        """Return whether the chain holds, as of a minute ago at most. Raises Denied."""
        self._access.everywhere(actor, PERMISSION)
        async with self._checking:  # of ten who ask at once one looks
            now = self._clock.now()
            if self._check is None or not self._check.at <= now < self._check.at + CHECK_HOLDS_FOR:
                self._check = await self._looked()
            return self._check

    async def _looked(self) -> Check:
        at, checked = self._clock.now(), stored.NOT_BEGUN
        while not checked.is_end:
            go_on = partial(stored.check_on, checked=checked)
            checked = await self._store.read(go_on)
        return Check(at, checked.count, checked.broken_at)

    def name_of(self, account_id: int | None) -> str:
        """Return the handle of who did it; nothing for the server, and for who has left."""
        known = None if account_id is None else self._directory.account(account_id)
        return "" if known is None else known.handle

    def _holding(self, words: str) -> Callable[[Entry], bool] | None:
        if len(words) > WORDS_MAX_CHARACTERS:
            raise Invalid(
                f"At most {WORDS_MAX_CHARACTERS} characters can be looked for.",
                field="words",
                reason="long",
                most=WORDS_MAX_CHARACTERS,
            )
        wanted = folded(words).split()[:WORDS_MAX]
        if not wanted:
            return None

        def holds(entry: Entry) -> bool:
            said = folded(" ".join(self._said(entry)))
            return all(word in said for word in wanted)

        return holds

    def _said(self, entry: Entry) -> Iterable[str]:
        yield entry.action
        yield from self._names("account", entry.actor_id)
        yield from self._names(entry.target_kind, entry.target_id)
        if entry.details is not None:
            yield entry.details.name
            yield entry.details.reason
            yield from self._values(entry.details.before)
            yield from self._values(entry.details.after)

    def _values(self, values: Mapping[str, Any]) -> Iterable[str]:
        for field, value in values.items():
            kind, is_id, _ = field.removesuffix("s").rpartition("_id")
            for each in value if isinstance(value, list) else [value]:
                yield str(each)
                if is_id:
                    yield from self._names("account" if kind == "author" else kind, each)

    def _names(self, kind: str, id_: int | str | None) -> Iterable[str]:
        text = str(id_)
        number = int(text) if text.isdecimal() else 0
        account = self._directory.account(number) if kind == "account" else None
        if account is not None:
            yield account.display_name
            yield account.handle
        known: Mapping[str, Mapping[int, Role | Category | Channel | Room]] = {
            "role": self._directory.roles,
            "category": self._directory.categories,
            "channel": self._directory.channels,
            "room": self._directory.rooms,
        }
        found = known.get(kind, {}).get(number)
        if found is not None:
            yield found.name
