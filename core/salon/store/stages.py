"""Stages: whether they are open, and who has which part there."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Boolean, Column, Connection, ForeignKey, String, Table, select

from salon.domain.stages import QUESTION_MAX, Held, Part, Stage
from salon.store.base import CoreTransaction, Utc, core_metadata

stages = Table(
    "stage",
    core_metadata,
    Column("room_id", ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("is_open", Boolean, nullable=False),
    Column("hands_open", Boolean, nullable=False),
    Column("chat_open", Boolean, nullable=False),
)

parts = Table(
    "stage_part",
    core_metadata,
    Column("room_id", ForeignKey("stage.room_id", ondelete="CASCADE"), primary_key=True),
    Column(
        "account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    Column("part", String(8), nullable=False),
    Column("since", Utc, nullable=False),
    Column("question", String(QUESTION_MAX), nullable=False),
)


def load(connection: Connection, room_id: int | None = None) -> Mapping[int, Stage]:
    """Return all stages by their room, or the one of this room."""
    held: dict[int, dict[int, Held]] = defaultdict(dict)
    these, theirs = select(stages), select(parts)
    if room_id is not None:
        these, theirs = (
            these.where(stages.c.room_id == room_id),
            theirs.where(parts.c.room_id == room_id),
        )
    for row in connection.execute(theirs):
        held[row.room_id][row.account_id] = Held(Part(row.part), row.since, row.question)
    return {
        row.room_id: Stage(
            row.room_id, row.is_open, row.hands_open, row.chat_open, parts=held[row.room_id]
        )
        for row in connection.execute(these)
    }


def add(tx: CoreTransaction, stage: Stage) -> None:
    tx.connection.execute(stages.insert().values(room_id=stage.room_id, **_switches(stage)))
    _add_parts(tx, stage, stage.parts)


def save(tx: CoreTransaction, before: Stage, after: Stage) -> None:
    """Keep what changed of a stage, and nothing else; nothing when its room has gone."""
    here = stages.c.room_id == after.room_id
    if tx.connection.scalar(select(stages.c.room_id).where(here)) is None:
        return
    known = _switches(before)
    turned = {name: is_on for name, is_on in _switches(after).items() if known[name] != is_on}
    if turned:
        tx.connection.execute(stages.update().where(here).values(turned))
    changed = {
        id_
        for id_ in before.parts.keys() | after.parts.keys()
        if before.parts.get(id_) != after.parts.get(id_)
    }
    if changed:
        theirs = (parts.c.room_id == after.room_id) & parts.c.account_id.in_(changed)
        tx.connection.execute(parts.delete().where(theirs))
        _add_parts(tx, after, {id_: after.parts[id_] for id_ in changed & after.parts.keys()})


def forget(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(parts.delete().where(parts.c.account_id == account_id))


def _add_parts(tx: CoreTransaction, stage: Stage, held: Mapping[int, Held]) -> None:
    rows = [
        {
            "room_id": stage.room_id,
            "account_id": id_,
            "part": each.part.value,
            "since": each.since,
            "question": each.question,
        }
        for id_, each in held.items()
    ]
    if rows:
        tx.connection.execute(parts.insert(), rows)


def _switches(stage: Stage) -> dict[str, bool]:
    return {
        "is_open": stage.is_open,
        "hands_open": stage.hands_open,
        "chat_open": stage.chat_open,
    }
