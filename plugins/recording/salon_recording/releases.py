"""Releases: who said yes or no to their voice in an episode, and who was asked. Rows in, rows out.

An answer is about the parts of takes that the episode then held: a yes holds for an episode that
holds no more than those, and an episode that holds more asks again. A yes may leave out moments: in
them that voice is silent, and goes on being so in whatever is made of it later, until another
answer of the same person.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, select, update

from salon.plugin import Transaction
from salon_recording.models import asked_table, release_table
from salon_recording.parts import Part, are_within
from salon_recording.segments import pairs
from salon_recording.takes import from_ms, to_ms

ASKED_MAX = 1_000  # looked at in one go

Parts = Mapping[int, tuple[Part, ...]]  # of takes, by their ids


class Answer(StrEnum):
    """What somebody said of their voice in an episode."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Release:
    """One person's answer, and to what. `without` are the moments that are left out of a yes."""

    account_id: int
    answer: Answer
    parts: Parts
    without: Parts = field(default_factory=dict)

    def allows(self, parts: Parts) -> bool:
        """Whether it is a yes to all of these parts."""
        return self.answer is Answer.YES and all(
            are_within(of_take, self.parts.get(take_id, ())) for take_id, of_take in parts.items()
        )


def put(tx: Transaction, episode_id: int, release: Release) -> None:
    """Write an answer in the place of an earlier one; who gave it is asked no more."""
    for table in (release_table, asked_table):
        is_it = (table.c.episode_id == episode_id) & (table.c.account_id == release.account_id)
        tx.connection.execute(delete(table).where(is_it))
    tx.connection.execute(
        release_table.insert().values(
            episode_id=episode_id,
            account_id=release.account_id,
            answer=release.answer.value,
            parts=json.dumps(release.parts),
            without=json.dumps(release.without),
            at_ms=to_ms(tx.now),
        )
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked and has not answered."""

    episode_id: int
    account_id: int
    asked_at: datetime
    reminded_at: datetime | None


def ask(tx: Transaction, episode_id: int, account_ids: Iterable[int]) -> tuple[int, ...]:
    """Note who is asked about an episode now. Returns those who had not been."""
    table = asked_table.c
    before = select(table.account_id).where(table.episode_id == episode_id)
    known = set(tx.connection.execute(before).scalars())
    new = tuple(account_id for account_id in account_ids if account_id not in known)
    for account_id in new:
        row = {"episode_id": episode_id, "account_id": account_id, "asked_at_ms": to_ms(tx.now)}
        tx.connection.execute(asked_table.insert().values(**row))
    return new


def asked(connection: Connection) -> Sequence[Asked]:
    """Return who has been asked for the longest."""
    query = select(asked_table).order_by(asked_table.c.asked_at_ms).limit(ASKED_MAX)
    return [_asked(row) for row in connection.execute(query).mappings()]


def waiting_for(connection: Connection, account_id: int) -> Sequence[Asked]:
    """Return what somebody was asked and has not answered."""
    query = select(asked_table).where(asked_table.c.account_id == account_id)
    return [_asked(row) for row in connection.execute(query).mappings()]


def reminded(tx: Transaction, asked: Asked) -> None:
    now = to_ms(tx.now)
    tx.connection.execute(update(asked_table).where(_is(asked)).values(reminded_at_ms=now))


def not_asked(tx: Transaction, asked: Asked) -> None:
    """Forget that somebody was asked."""
    tx.connection.execute(delete(asked_table).where(_is(asked)))


def _is(asked: Asked) -> Any:
    table = asked_table.c
    return (table.episode_id == asked.episode_id) & (table.account_id == asked.account_id)


def of_episodes(
    connection: Connection, episode_ids: Collection[int]
) -> Mapping[int, Sequence[Release]]:
    """Return the answers that were given for episodes."""
    found: dict[int, list[Release]] = {episode_id: [] for episode_id in episode_ids}
    query = select(release_table).where(release_table.c.episode_id.in_(tuple(episode_ids)))
    for row in connection.execute(query.order_by(release_table.c.account_id)).mappings():
        found[row["episode_id"]].append(_release(row))
    return found


def forget_episode(tx: Transaction, episode_id: int) -> None:
    """Forget what everybody said of an episode: all are asked again."""
    tx.connection.execute(delete(release_table).where(release_table.c.episode_id == episode_id))


def forget_account(tx: Transaction, account_id: int) -> None:
    for table in (release_table, asked_table):
        tx.connection.execute(delete(table).where(table.c.account_id == account_id))


def of_account(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return what somebody answered, for themselves."""
    table = release_table.c
    query = select(table.episode_id, table.answer, table.without, table.at_ms)
    found = connection.execute(query.where(table.account_id == account_id))
    return [row._asdict() for row in found]


def asked_of(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return what somebody was asked and has not answered, for themselves."""
    table = asked_table.c
    query = select(table.episode_id, table.asked_at_ms, table.reminded_at_ms)
    found = connection.execute(query.where(table.account_id == account_id))
    return [row._asdict() for row in found]


def _asked(row: Mapping[Any, Any]) -> Asked:
    return Asked(
        row["episode_id"],
        row["account_id"],
        from_ms(row["asked_at_ms"]),
        None if row["reminded_at_ms"] is None else from_ms(row["reminded_at_ms"]),
    )


def _release(row: Mapping[Any, Any]) -> Release:
    answer = Answer(row["answer"])
    return Release(row["account_id"], answer, _parts(row["parts"]), _parts(row["without"]))


def _parts(written: str) -> Parts:
    return {int(take_id): pairs(of) for take_id, of in json.loads(written).items()}
