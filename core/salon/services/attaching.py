"""Files of a message: chosen among what its author handed in, given to it in the same write."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from salon.domain.accounts import Account
from salon.domain.files import DESCRIPTION_MAX, FILES_PER_MESSAGE, File, Purpose
from salon.domain.messages import Message
from salon.errors import Invalid
from salon.services import texts
from salon.store import files as stored
from salon.store.base import Connection, CoreTransaction
from salon.store.store import Store


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that was handed in, and what it shows, for those who cannot see it."""

    file_id: int
    description: str = ""


async def chosen_files(store: Store, actor: Account, chosen: Sequence[Chosen]) -> tuple[File, ...]:
    """Return the files that a message is to have. Raises Invalid, NotFound."""
    if len({one.file_id for one in chosen}) < len(chosen):
        raise Invalid("A file was named twice.", field="files", reason="malformed")
    if len(chosen) > FILES_PER_MESSAGE:
        raise Invalid(
            f"At most {FILES_PER_MESSAGE} files go with a message.",
            field="files",
            reason="files_many",
            most=FILES_PER_MESSAGE,
        )
    described = {one.file_id: _description(one.description) for one in chosen}

    def load(connection: Connection) -> tuple[File, ...]:
        return tuple(_waiting(connection, actor, file_id) for file_id in described)

    found = await store.read(load) if chosen else ()
    return tuple(replace(file, description=described[file.id]) for file in found)


def attach(tx: CoreTransaction, message: Message) -> None:
    """Give a message its files, which wait for it. Raises NotFound when one does not any more."""
    for file in message.files:
        stored.claim(
            tx,
            file.id,
            message.author_id,
            Purpose.MESSAGE,
            message_id=message.id,
            description=file.description,
        )


def _waiting(connection: Connection, actor: Account, file_id: int) -> File:
    found = stored.find(connection, file_id)
    if found is None or found.owner_id != actor.id:
        raise stored.gone()
    return found.file


def _description(text: str) -> str:
    return texts.line(text, field="files", at_most=DESCRIPTION_MAX, at_least=0)
