"""Releases: who said yes or no to their voice in an episode. Rows in, rows out.

An answer is about the parts of takes that the episode then held: a yes holds for an episode that
holds no more than those, and an episode that holds more asks again.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, select

from salon.plugin import Transaction
from salon_recording.models import release_table
from salon_recording.parts import Part, are_within
from salon_recording.segments import pairs
from salon_recording.takes import to_ms

Parts = Mapping[int, tuple[Part, ...]]  # of takes, by their ids


class Answer(StrEnum):
    """What somebody said of their voice in an episode."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Release:
    """One person's answer, and to what."""

    account_id: int
    answer: Answer
    parts: Parts

    def allows(self, parts: Parts) -> bool:
        """Whether it is a yes to all of these parts."""
        return self.answer is Answer.YES and all(
            are_within(of_take, self.parts.get(take_id, ())) for take_id, of_take in parts.items()
        )


def put(tx: Transaction, episode_id: int, release: Release) -> None:
    """Write an answer in the place of an earlier one."""
    is_it = (release_table.c.episode_id == episode_id) & (
        release_table.c.account_id == release.account_id
    )
    tx.connection.execute(delete(release_table).where(is_it))
    tx.connection.execute(
        release_table.insert().values(
            episode_id=episode_id,
            account_id=release.account_id,
            answer=release.answer.value,
            parts=json.dumps(release.parts),
            at_ms=to_ms(tx.now),
        )
    )


def of_episodes(
    connection: Connection, episode_ids: Collection[int]
) -> Mapping[int, Sequence[Release]]:
    """Return the answers that were given for episodes."""
    found: dict[int, list[Release]] = {episode_id: [] for episode_id in episode_ids}
    query = select(release_table).where(release_table.c.episode_id.in_(tuple(episode_ids)))
    for row in connection.execute(query.order_by(release_table.c.account_id)).mappings():
        found[row["episode_id"]].append(_release(row))
    return found


def forget_account(tx: Transaction, account_id: int) -> None:
    tx.connection.execute(delete(release_table).where(release_table.c.account_id == account_id))


def of_account(connection: Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return what somebody answered, for themselves."""
    table = release_table.c
    query = select(table.episode_id, table.answer, table.at_ms)
    found = connection.execute(query.where(table.account_id == account_id))
    return [row._asdict() for row in found]


def _release(row: Mapping[Any, Any]) -> Release:
    parts = {int(take_id): pairs(of) for take_id, of in json.loads(row["parts"]).items()}
    return Release(row["account_id"], Answer(row["answer"]), parts)
