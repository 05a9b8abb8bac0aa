"""`salon account …`: ways in and out from the console."""

from pathlib import Path

from salon.cli.settings import database_of, read
from salon.clock import SystemClock
from salon.config import Config
from salon.domain.audit import target
from salon.errors import Conflict
from salon.ids import new_secret
from salon.services import exports, names
from salon.services.accounts import LINK_FOR
from salon.services.erasing import JOB
from salon.services.jobs import CORE
from salon.services.sessions import hash_of
from salon.store import accounts, audit, jobs, second_step, side_door
from salon.store.accounts import Link
from salon.store.base import CoreTransaction
from salon.web.doors import own_names
from salon.web.origin import Origins


def new_owner_link(file: Path | None, data: Path | None) -> str:
    """Return the address at which an unclaimed server is claimed. Raises Conflict, NotFound."""
    config = _config(file, data)
    token = new_secret()

    def add(tx: CoreTransaction) -> None:
        side_door.add_owner_link(tx, hash_of(token), Link("owner", None, tx.now + LINK_FOR))

    side_door.write(database_of(config), SystemClock(), add)
    scheme = "http" if config.server.tls.mode == "off" else "https"
    return f"{scheme}://127.0.0.1:{config.server.port}/setup/{token}"


def new_reset_link(file: Path | None, data: Path | None, handle: str) -> str:
    """Return the address at which somebody sets a new password. Raises NotFound."""
    config = _config(file, data)
    token = new_secret()

    def add(tx: CoreTransaction) -> None:
        account_id = side_door.account_id_of(tx, names.folded(handle))
        accounts.add_link(tx, hash_of(token), Link("reset", account_id, tx.now + LINK_FOR))

    side_door.write(database_of(config), SystemClock(), add)
    origins = Origins(config.server, own_names(config.server.host))
    return f"{origins.base_url}/reset/{token}"


def forget_second_step(file: Path | None, data: Path | None, handle: str) -> str:
    """Ask somebody for no codes any more; return what to say. Raises NotFound, Conflict."""

    def forget(tx: CoreTransaction) -> None:
        account_id = side_door.account_id_of(tx, names.folded(handle))
        account = accounts.find_account(tx.connection, account_id)
        if account is None or not second_step.forget(tx, account_id):
            raise Conflict("No codes are asked for after that password.")
        audit.record(tx, None, "account.second_step_off", target("account", account))

    side_door.write(database_of(_config(file, data)), SystemClock(), forget)
    return "The password is enough again. Passkeys stay."


def erasable(file: Path | None, data: Path | None, handle: str) -> int:
    """Return whose handle this is. Raises NotFound, and Conflict for the owner."""

    def look(tx: CoreTransaction) -> int:
        return side_door.erasable_id_of(tx, names.folded(handle))

    return side_door.write(database_of(_config(file, data)), SystemClock(), look)


def ask_to_erase(file: Path | None, data: Path | None, account_id: int) -> str:
    """Have somebody forgotten by the server, now or at its next start; return what to say."""

    def ask(tx: CoreTransaction) -> None:
        jobs.add(tx, CORE, JOB, {"account_id": str(account_id)}, tx.now)

    side_door.write(database_of(_config(file, data)), SystemClock(), ask)
    return "Asked for: done within a minute if the server runs, else once it is started."


def ask_to_export(file: Path | None, data: Path | None, handle: str) -> str:
    """Have a copy made of what is kept of somebody. Raises NotFound, Conflict (once a day)."""

    def ask(tx: CoreTransaction) -> None:
        account_id = side_door.account_id_of(tx, names.folded(handle))
        account = accounts.find_account(tx.connection, account_id)
        if account is not None:
            exports.request(tx, account, by=None)

    side_door.write(database_of(_config(file, data)), SystemClock(), ask)
    return "Asked for: made within a minute if the server runs. They find it in their settings."


def _config(file: Path | None, data: Path | None) -> Config:
    config, _plugins = read(file, {"data": data}, no_plugins=True)
    return config
