"""A way into the database for the command line, also while the server runs.

Only for rows that the server does not know by heart: one-time links and jobs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from salon.clock import Clock
from salon.domain.events import Event
from salon.errors import Conflict, NotFound
from salon.ids import Ids
from salon.store import accounts, community
from salon.store.accounts import Link
from salon.store.base import CoreTransaction
from salon.store.database import Database, driver_of

T = TypeVar("T")


@dataclass(slots=True)
class _Transaction:
    connection: Connection
    now: datetime
    ids: Ids = field(default_factory=Ids)

    def new_id(self) -> int:
        return self.ids.new(self.now)

    def announce(self, event: Event) -> None:
        raise Conflict(f"{event.wire_name} cannot be announced from outside the server.")


def write(database: Database, clock: Clock, work: Callable[[CoreTransaction], T]) -> T:
    """Run a short function in a transaction. Raises NotFound when there is no database."""
    try:
        with database.open_beside() as connection:
            execute = driver_of(connection).execute
            execute(database.begin)
            try:
                result = work(_Transaction(connection, clock.now()))
                database.commit(connection)
            except BaseException:
                execute("ROLLBACK")
                raise
            return result
    except DBAPIError as error:
        raise Conflict(f"The database cannot be used: {error.orig}.") from error
    finally:
        database.close()


def add_owner_link(tx: CoreTransaction, token_hash: bytes, link: Link) -> None:
    """Raises Conflict when the server has an owner."""
    known = community.load_community(tx.connection)
    if known is not None and known.claimed_at is not None:
        raise Conflict(
            "This server has an owner already. For a lost password: salon account reset NAME"
        )
    accounts.add_link(tx, token_hash, link)


def erasable_id_of(tx: CoreTransaction, handle_folded: str) -> int:
    """Return whose handle this is. Raises NotFound, and Conflict for the owner."""
    account_id = account_id_of(tx, handle_folded)
    account = accounts.find_account(tx.connection, account_id)
    if account is not None and account.is_owner:
        raise Conflict("The owner cannot be erased.")
    return account_id


def account_id_of(tx: CoreTransaction, handle_folded: str) -> int:
    """Return whose handle this is. Raises NotFound."""
    query = select(accounts.accounts.c.id).where(
        accounts.accounts.c.handle_folded == handle_folded, accounts.accounts.c.kind == "person"
    )
    found: int | None = tx.connection.scalar(query)
    if found is None:
        raise NotFound("There is nobody with that name.")
    return found
