"""Commands about the running order of a stage: payloads with their limits, and few lines each."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from salon.plugin import Account, Command, Payload
from salon_recording.fields import Id, Name, Place, to_ms
from salon_recording.programmes.ordering import Ordering
from salon_recording.programmes.running_order import ROWS_MAX, Row

LENGTH_MAX_S = 4 * 3_600.0
ROW_ID_MAX = 2**31 - 1


class OfStage(Payload):
    """A command about a stage."""

    room: Id


RowId = Annotated[int, Field(ge=0, le=ROW_ID_MAX, strict=True)]


class RowPayload(Payload):
    """A row as it is to be; without an `id` it is a new one."""

    id: RowId = 0
    title: Annotated[str, Place, StringConstraints(min_length=1)]
    note: Annotated[str, Name] = ""
    length_s: Annotated[float, Field(ge=0, le=LENGTH_MAX_S, allow_inf_nan=False)] = 0
    piece: Id | None = None

    def row(self) -> Row:
        piece_id = None if self.piece is None else int(self.piece)
        return Row(self.id, self.title, self.note, to_ms(self.length_s), piece_id)


class SaveOrder(OfStage):
    """All rows, with the revision that was looked at; 0 where there was none."""

    revision: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
    rows: Annotated[tuple[RowPayload, ...], Field(max_length=ROWS_MAX)]


class GoOn(OfStage):
    """The row that is on from now; none for the end."""

    row: RowId | None = None


class OrderCommands:
    """Handlers."""

    def __init__(self, ordering: Ordering) -> None:
        self._ordering = ordering

    def all(self) -> list[Command]:
        """Return what is declared to the host."""
        return [
            Command("order", OfStage, self.order, permission=None),
            Command("order_save", SaveOrder, self.save, permission=None),
            Command("order_go", GoOn, self.go, permission=None),
        ]

    async def order(self, actor: Account, asked: OfStage) -> dict[str, Any]:
        return {"order": await self._ordering.order(actor, int(asked.room))}

    async def save(self, actor: Account, asked: SaveOrder) -> dict[str, Any]:
        rows = [row.row() for row in asked.rows]
        room_id = int(asked.room)
        await self._ordering.save(actor, room_id, rows, revision=asked.revision)
        return {"order": await self._ordering.order(actor, room_id)}

    async def go(self, actor: Account, asked: GoOn) -> None:
        await self._ordering.go(actor, int(asked.room), asked.row)
