"""A copy of all that the server keeps of somebody, for them alone.

Asked for with the password, once a day; made by the queue into a zip that is never whole in
memory; kept for a week in the storage of files, where it is fetched; then, with the account, or
when the next one is asked for, thrown away. When the disk is full the person is told, and the
queue tries again. What is written meanwhile may be in it or not; each row is as it was at some
moment.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog

from salon.clock import Clock
from salon.domain.accounts import Account, AccountState
from salon.domain.audit import target
from salon.domain.exports import ASKED_EVERY, KEPT_FOR, Export
from salon.domain.files import StoredFile
from salon.domain.permissions import VIEW
from salon.domain.wire import time
from salon.errors import Conflict, NotFound, SalonError
from salon.files.archive import Archive
from salon.files.storage import Storage
from salon.host import Host
from salon.services.access import Access
from salon.services.accounts import Accounts
from salon.services.directory import Directory
from salon.services.export_words import ENGLISH, FRENCH, MISSING_ENGLISH, MISSING_FRENCH
from salon.services.jobs import CORE, Jobs
from salon.store import audit, jobs
from salon.store import channels as stored_channels
from salon.store import exports as stored
from salon.store import files as stored_files
from salon.store.base import CoreTransaction
from salon.store.exports import PARTS, Part
from salon.store.store import Store

JOB = "export_account"
FILES_AT_ONCE = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished export, to be sent."""

    size_bytes: int
    pieces: AsyncIterator[bytes]


class Exports:
    """Everything about exports, always for the person themselves."""

    def __init__(  # noqa: PLR0913 what is kept of somebody is everywhere
        self,
        *,
        store: Store,
        storage: Storage,
        access: Access,
        accounts: Accounts,
        directory: Directory,
        host: Host,
        queue: Jobs,
        clock: Clock,
    ) -> None:
        self._store = store
        self._storage = storage
        self._access = access
        self._accounts = accounts
        self._directory = directory
        self._host = host
        self._queue = queue
        self._clock = clock
        queue.perform(JOB, self._perform)

    async def ask(self, actor: Account, password: str) -> Export:
        """Have a copy made. Raises Denied (a wrong password), Conflict (once a day), TooMany."""
        current = self._access.actor(actor)
        await self._accounts.check_password(current, password)
        export, before = await self._store.write(lambda tx: request(tx, current, by=current))
        if before is not None and before.key is not None:
            await self._storage.delete(before.key)
        self._queue.look()
        return export

    async def export(self, actor: Account) -> Export | None:
        """Return what became of the last one that was asked for."""
        return await self._store.read(lambda c: stored.find_export(c, actor.id))

    async def open(self, actor: Account) -> Copy:
        """Return the finished copy. Raises NotFound."""
        current = self._access.actor(actor)
        export = await self.export(current)
        if export is None or export.key is None or self._is_old(export):
            raise NotFound("There is no copy of your data. Ask for one.", reason="no_export")

        def record(tx: CoreTransaction) -> None:
            audit.record(tx, current, "account.export_fetched", target("account", current))

        await self._store.write(record)
        return Copy(export.size_bytes or 0, self._storage.read(export.key))

    async def prune(self) -> None:
        """Throw away what has been kept for long enough."""
        until = self._clock.now() - KEPT_FOR
        for export in await self._store.read(lambda c: stored.expired(c, until)):
            await self._throw_away(export)

    async def forget(self, account_id: int) -> None:
        """Throw away the copy of somebody who is erased."""
        export = await self._store.read(lambda c: stored.find_export(c, account_id))
        if export is not None:
            await self._throw_away(export)

    async def _throw_away(self, export: Export) -> None:
        """The content first: a row whose content has gone is found again, not the other way."""
        if export.key is not None:
            await self._storage.delete(export.key)
        await self._store.write(lambda tx: stored.forget_export(tx, export))

    def _is_old(self, export: Export) -> bool:
        return export.expires_at is not None and export.expires_at <= self._clock.now()

    # -- making one

    async def _perform(self, payload: dict[str, Any]) -> None:
        account = self._directory.account(int(payload["account_id"]))
        if account is None or account.state is AccountState.DELETED:
            return
        export = await self.export(account)
        if export is None or export.key is not None or time(export.asked_at) != payload["asked_at"]:
            return
        try:
            put = await self._storage.put(self._pieces(account))
        except SalonError as error:
            failed = replace(export, problem=error.reason or error.code)
            await self._store.write(lambda tx: _save_if_same(tx, export, failed))
            raise
        made = replace(
            export,
            key=put.key,
            size_bytes=put.size_bytes,
            ready_at=self._clock.now(),
            problem=None,
        )
        if not await self._store.write(lambda tx: _save_if_same(tx, export, made)):
            await self._storage.delete(put.key)
        log.info("an export was made", account=account.id, bytes=put.size_bytes)

    async def _pieces(self, account: Account) -> AsyncIterator[bytes]:
        """Make the zip."""
        archive, missing = Archive(self._clock.now()), list[str]()
        for pieces in (
            self._tables(archive, account),
            self._files(archive, account.id),
            self._plugins(archive, account.id, missing),
            self._words(archive, missing),
        ):
            async for piece in pieces:
                yield piece
        yield archive.end()

    async def _tables(self, archive: Archive, account: Account) -> AsyncIterator[bytes]:
        for part in PARTS:
            async for piece in archive.add(f"{part.name}.jsonl", self._lines(part, account.id)):
                yield piece
        names = orjson.dumps(await self._names(account), option=orjson.OPT_INDENT_2)
        async for piece in archive.add("names.json", _whole(names)):
            yield piece

    async def _plugins(
        self, archive: Archive, account_id: int, missing: list[str]
    ) -> AsyncIterator[bytes]:
        """Put in what plugins keep; `missing` takes those that could not say."""
        async for plugin, kept in self._host.export_account(account_id):
            if kept is None:
                missing.append(plugin)
            elif kept:
                async for piece in archive.add(f"plugins/{plugin}.json", _whole(kept)):
                    yield piece

    async def _words(self, archive: Archive, missing: list[str]) -> AsyncIterator[bytes]:
        for name, text in self._read_me(missing):
            async for piece in archive.add(name, _whole(text.encode())):
                yield piece

    async def _lines(self, part: Part, account_id: int) -> AsyncIterator[bytes]:
        after: Sequence[Any] | None = None
        while True:
            lines, after = await self._store.read(
                lambda c, after=after: stored.page(c, part, account_id, after)  # type: ignore[misc]
            )
            yield lines
            if after is None:
                return

    async def _files(self, archive: Archive, account_id: int) -> AsyncIterator[bytes]:
        last = 0
        while found := await self._store.read(
            lambda c, after=last: stored_files.of_owner(  # type: ignore[misc]
                c, account_id, FILES_AT_ONCE, after=after
            )
        ):
            for file in found:
                async for piece in self._file(archive, file):
                    yield piece
            last = found[-1].file.id

    async def _file(self, archive: Archive, stored_file: StoredFile) -> AsyncIterator[bytes]:
        """Put one file in, if it is still there."""
        key = next(each.key for each in stored_file.renditions if not each.size)
        content = self._storage.read(key)
        try:
            first = await anext(content, b"")
        except NotFound:
            return
        name = f"files/{stored_file.file.id}-{stored_file.file.name}"
        async for piece in archive.add(name, _joined(first, content), is_packed=False):
            yield piece

    async def _names(self, account: Account) -> dict[str, dict[str, str]]:
        """Return what the ids are called that the person may see now.

        Of threads those they follow, as everybody does who writes in one.
        """
        known, rooms = self._directory, self._directory.rooms.values()
        within = await self._store.read(lambda c: stored_channels.of_member(c, account.id))
        followed = [each for each in within if known.may(account, VIEW, each.id)]
        return {
            "roles": {
                str(id_): role.name for id_, role in known.roles.items() if id_ in account.role_ids
            },
            "channels": {str(each.id): each.name for each in (*followed, *known.readable(account))},
            "rooms": {
                str(each.id): each.name for each in rooms if known.may(account, VIEW, each.id)
            },
        }

    def _read_me(self, missing: Sequence[str]) -> Sequence[tuple[str, str]]:
        facts = {
            "community": self._directory.community.name,
            "at": f"{self._clock.now():%Y-%m-%d %H:%M} UTC",
        }
        english, french = ENGLISH.format(**facts), FRENCH.format(**facts)
        if missing:
            plugins = ", ".join(missing)
            english += MISSING_ENGLISH.format(plugins=plugins)
            french += MISSING_FRENCH.format(plugins=plugins)
        return [("README.txt", english), ("LISEZMOI.txt", french)]


def request(
    tx: CoreTransaction, account: Account, *, by: Account | None
) -> tuple[Export, Export | None]:
    """Ask for a copy; return it, and the one before. Raises Conflict (once a day).

    The content of the one before goes with it, or else at the next start.
    """
    before = stored.find_export(tx.connection, account.id)
    if before is not None and before.asked_at + ASKED_EVERY > tx.now:
        raise Conflict(
            "You asked for a copy of your data today. Ask again tomorrow.",
            reason="export_daily",
            again=time(before.asked_at + ASKED_EVERY),
        )
    export = Export(account.id, tx.now)
    stored.save_export(tx, export)
    payload = {"account_id": str(account.id), "asked_at": time(export.asked_at)}
    jobs.add(tx, CORE, JOB, payload, tx.now)
    audit.record(tx, by, "account.export_asked", target("account", account))
    return export, before


def _save_if_same(tx: CoreTransaction, export: Export, changed: Export) -> bool:
    """Save what became of it, unless another was asked for or the person has gone meanwhile."""
    known = stored.find_export(tx.connection, export.account_id)
    if known is None or known.asked_at != export.asked_at:
        return False
    stored.save_export(tx, changed)
    return True


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _joined(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece
