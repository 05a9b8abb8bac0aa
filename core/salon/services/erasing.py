"""Forgetting a person for good: what the core knows, then what every plugin does.

Asked for from the console, or by the person (`leaving`), who may let what they wrote stay: then it
is by somebody without a name. Done by the queue, again and again until nothing is left; so each
step may find that it was done before. First the account is closed: nobody acts for it from there
on.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import structlog

from salon.domain import wire
from salon.domain.accounts import Account, AccountState
from salon.domain.audit import target
from salon.domain.events import AccountChanged, MessageDeleted
from salon.errors import Unavailable
from salon.host import Host
from salon.services.account_records import keys_of
from salon.services.conversations import forget_between
from salon.services.directory import Directory
from salon.services.exports import Exports
from salon.services.files import Files
from salon.services.former_texts import merge_index
from salon.services.jobs import Jobs
from salon.services.reactions import forget as forget_reactions
from salon.services.roles import forget_exceptions
from salon.services.sessions import Sessions
from salon.store import accounts as stored
from salon.store import applications as stored_applications
from salon.store import (
    attention,
    audit,
    exports,
    mail,
    passkeys,
    push,
    room_bans,
    sanctions,
    second_step,
    stages,
    tags,
)
from salon.store import channels as stored_channels
from salon.store import log as event_log
from salon.store import mentions as stored_mentions
from salon.store import messages as stored_messages
from salon.store.base import CoreTransaction
from salon.store.migrate import plugins_with_data
from salon.store.store import Store

JOB = "erase_account"
MESSAGES_AT_ONCE = 200
EVENTS_AT_ONCE = 2_000  # each is read; other writes wait meanwhile

log = structlog.get_logger(__name__)


class Parts(Protocol):
    """What erasing touches."""

    @property
    def store(self) -> Store: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def host(self) -> Host: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def files(self) -> Files: ...
    @property
    def exports(self) -> Exports: ...


class Erasing:
    """The job that does it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        parts.jobs.perform(JOB, self._perform)

    async def _perform(self, payload: dict[str, Any]) -> None:
        account = self._parts.directory.account(int(payload["account_id"]))
        if account is None or account.is_owner:
            log.warning("nobody is there who could be erased", account=payload["account_id"])
            return
        if not await self._is_still_asked_for(account, payload.get("asked_at")):
            return
        await self._erase(account, keeps_content=bool(payload.get("keeps_content")))
        log.info("an account was erased", account=account.id)

    async def _is_still_asked_for(self, account: Account, asked_at: str | None) -> bool:
        """Whether a person who asked for it themselves has not taken it back since."""
        if asked_at is None or account.state is AccountState.DELETED:
            return True
        asked = await self._parts.store.read(lambda c: exports.find_deletion(c, account.id))
        return asked is not None and wire.time(asked.asked_at) == asked_at

    async def _erase(self, account: Account, *, keeps_content: bool) -> None:
        """Forget somebody who is not the owner. Raises Unavailable when a plugin has not yet."""
        await self._parts.store.write(lambda tx: _close(tx, account.id))
        await self._parts.sessions.end_all(account.id)
        await self._parts.exports.forget(account.id)
        if not keeps_content:
            await self._delete_content(account.id)
        await self._parts.files.erase(account.id, keeps_content=keeps_content)
        await self._forget_events(account.id)
        await self._parts.host.erase_account(account.id)
        await self._check_absent()

    async def _delete_content(self, account_id: int) -> None:
        while await self._parts.store.write(lambda tx: _delete_messages(tx, account_id)):
            pass
        while await self._parts.store.write(lambda tx: _take_back(tx, account_id)):
            pass
        await merge_index(self._parts.store)

    async def _check_absent(self) -> None:
        """Raise Unavailable when a plugin that is off, or not installed now, holds something."""
        holding = await self._parts.store.read(plugins_with_data)
        absent = sorted(holding - set(self._parts.host.contributions))
        if absent:
            raise Unavailable(
                f"not erased yet by {', '.join(absent)}, off at present",
                plugins=absent,
                reason="not_erased",
            )

    async def _forget_events(self, account_id: int) -> None:
        """Take out of the log what was told of the person before they were gone."""
        store = self._parts.store
        gone = await store.read(lambda c: event_log.gone_at(c, account_id)) or 0
        first = await store.read(event_log.first_seq) or gone
        for start in range(first, gone, EVENTS_AT_ONCE):
            until = min(start + EVENTS_AT_ONCE, gone)
            await store.write(_forgetting(account_id, start, until))


def _forgetting(account_id: int, start: int, until: int) -> Callable[[CoreTransaction], None]:
    return lambda tx: event_log.forget(tx, account_id, start, until)


def _close(tx: CoreTransaction, account_id: int) -> None:
    """Leave an id that nobody can sign in to, without a name."""
    current = stored.find_account(tx.connection, account_id)
    if current is None or current.state is AccountState.DELETED:
        return
    nobody = f"deleted-{account_id}"
    closed = replace(
        current,
        handle=nobody,
        display_name=nobody,
        role_ids=frozenset(),
        state=AccountState.DELETED,
        timed_out_until=None,
        avatar_id=None,
        pronouns="",
        status="",
        guest_until=None,
    )
    stored.save_account(tx, closed)
    stored.save_handle_keys(tx, account_id, keys_of(nobody))
    stored.forget_former_handles(tx, account_id)
    stored_applications.forget(tx, account_id)
    stored.forget_ways_in(tx, account_id)
    passkeys.forget(tx, account_id)
    second_step.forget(tx, account_id)
    mail.forget(tx, account_id)
    stored_messages.forget_reads(tx, account_id)
    stored_messages.forget_deleter(tx, account_id)
    stored_mentions.forget(tx, account_id)
    sanctions.forget(tx, account_id)
    stages.forget(tx, account_id)
    room_bans.forget(tx, account_id)
    attention.forget(tx, account_id)
    push.forget(tx, account_id)
    tags.forget(tx, account_id)
    exports.forget_deletion(tx, account_id)
    forget_exceptions(tx, "account", account_id)
    forget_between(tx, account_id)
    audit.forget(tx, account_id)
    audit.record(tx, None, "account.erased", target("account", closed))
    tx.announce(AccountChanged(closed))


def _take_back(tx: CoreTransaction, account_id: int) -> int:
    return forget_reactions(tx, account_id, MESSAGES_AT_ONCE)


def _delete_messages(tx: CoreTransaction, account_id: int) -> int:
    """Delete some of what they wrote; return how many there were."""
    found = stored_messages.of_author(tx.connection, account_id, MESSAGES_AT_ONCE)
    there = stored_messages.find_many(tx.connection, [message.id for message in found])
    for message in there:
        stored_channels.count_deleted(tx, message.channel_id)
        tx.announce(MessageDeleted(message, account_id))
    stored_messages.erase(tx, [message.id for message in found])
    return len(found)
