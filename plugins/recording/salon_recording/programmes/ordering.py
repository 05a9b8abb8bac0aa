"""Writing the running order of a stage, and going through it.

Who leads the stage, or keeps the room, writes it and says what is on; everybody who sees the room
reads it. A piece plays as soon as it is on, in the voice of who went there, and what follows is on
when it has ended. It is heard in the room and not recorded: in an episode the piece itself is
better than what one voice's line carried of it.

What can go wrong: two hosts at once (the later of two writers is told, of two who go on the later
is heeded); the piece, its file or the room is gone (the order stays where it is, silent); the
server restarts (what was on is on, and plays no more).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from salon.plugin import (
    Account,
    Conflict,
    Denied,
    NotFound,
    Place,
    Playing,
    Room,
    Salon,
    SalonError,
    Transaction,
)
from salon_recording.programmes import pieces, running_order
from salon_recording.programmes.pieces import PIECE_SUFFIX, PIECES, Piece
from salon_recording.programmes.running_order import Row, RunningOrder
from salon_recording.recorder import PERMISSION
from salon_recording.running import Running

STAGE = "stage"
VIEW = "channel.view"
KEEP = "room.manage"
SPEAK = "room.speak"

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Playing:
    """A piece on its way into a room."""

    room_id: int
    row_id: int
    is_wanted: bool = True
    sound: Playing | None = None


class Ordering:
    """Owns what plays where. At most one piece at a time in each room."""

    def __init__(self, salon: Salon, running: Running) -> None:
        self._salon = salon
        self._running = running
        self._playing: dict[int, _Playing] = {}
        self._turn = asyncio.Lock()  # nothing plays of a row that is on no more

    async def order(self, actor: Account, room_id: int) -> dict[str, Any]:
        """Return the order of a stage, for whoever sees it. Raises NotFound."""
        room = self._stage(actor, room_id)
        found = await self._salon.db.read(lambda c: running_order.get(c, room_id))
        return {**await self._wire(found), "may_lead": self._leads(actor, room)}

    async def save(
        self, actor: Account, room_id: int, rows: Sequence[Row], *, revision: int
    ) -> None:
        """Write the rows in their order. Raises NotFound, Denied, Conflict (written meanwhile)."""
        self._led(actor, room_id)
        may_bring = self._salon.accounts.may(actor, PERMISSION)

        def save(tx: Transaction) -> RunningOrder:
            before = running_order.get(tx.connection, room_id)
            if before.revision != revision:
                raise Conflict(
                    "Somebody else has changed the running order.", reason="recording.order_changed"
                )
            after = before.arranged(rows)
            new = after.piece_ids - before.piece_ids
            if new and not (may_bring and new <= pieces.some(tx.connection, new).keys()):
                raise NotFound("There is no such piece.", reason="recording.no_piece")
            running_order.put(tx, after)
            return after

        async with self._turn:
            after = await self._salon.db.write(save)
            await self._rest(room_id, after.current)
        await self._tell(after)

    async def go(self, actor: Account, room_id: int, row_id: int | None) -> None:
        """Let a row be on, or none. Raises NotFound, Denied, Conflict (nobody would hear it)."""
        self._led(actor, room_id)
        if row_id is not None and not self._salon.rooms.participants(room_id):
            raise Conflict("Nobody is in this room.", reason="recording.enter_first")
        await self._go(actor, room_id, row_id)

    async def _go(self, actor: Account, room_id: int, row_id: int | None) -> None:
        def go(tx: Transaction) -> RunningOrder:
            before = running_order.get(tx.connection, room_id)
            if row_id is not None and before.row(row_id) is None:
                raise NotFound("This is not in the order any more.", reason="recording.no_row")
            after = replace(before, current=row_id)
            running_order.put(tx, after)
            return after

        async with self._turn:
            after = await self._salon.db.write(go)
            await self._rest(room_id, None)
            row = after.row(row_id)
            if row is not None and row.piece_id is not None:
                playing = self._playing[room_id] = _Playing(room_id, row.id)
                work = self._play(actor, row.piece_id, playing)
                self._salon.spawn(work, name=f"piece in room {room_id}")
        await self._tell(after)

    async def left(self, room_id: int) -> None:
        """Nothing plays to nobody."""
        if room_id not in self._playing or self._salon.rooms.participants(room_id):
            return
        await self._rest(room_id, None)
        await self._tell(await self._salon.db.read(lambda c: running_order.get(c, room_id)))

    async def room_closed(self, room_id: int) -> None:
        """Forget what was written for a room that is gone."""
        await self._rest(room_id, None)
        await self._salon.db.write(lambda tx: running_order.remove(tx, room_id))

    # -- playing

    async def _rest(self, room_id: int, but_row_id: int | None) -> None:
        """Let what plays fall silent, unless it is of this row."""
        playing = self._playing.get(room_id)
        if playing is None or playing.row_id == but_row_id:
            return
        playing.is_wanted = False
        del self._playing[room_id]
        if playing.sound is not None:
            await playing.sound.close()

    async def _play(self, actor: Account, piece_id: int, playing: _Playing) -> None:
        try:
            await self._sound(actor, piece_id, playing)
        except SalonError as error:
            log.warning("a piece cannot be played", piece=piece_id, reason=str(error))
        if not playing.is_wanted:
            return
        room_id = playing.room_id
        del self._playing[room_id]
        order = await self._salon.db.read(lambda c: running_order.get(c, room_id))
        if order.current == playing.row_id and self._salon.rooms.get(room_id) is not None:
            await self._go(actor, room_id, order.following(playing.row_id))

    async def _sound(self, actor: Account, piece_id: int, playing: _Playing) -> None:
        from salon_recording.programmes.piece_track import PieceTrack  # FFmpeg: when it is wanted

        path = self._salon.data_directory / PIECES / f"{piece_id}{PIECE_SUFFIX}"
        if not await asyncio.to_thread(path.is_file):
            raise NotFound("There is no such piece.", reason="recording.no_piece")
        track = PieceTrack(path)
        playing.sound = await self._salon.rooms.play(
            playing.room_id, track, as_account=actor, music=True
        )
        with self._running.left_out(playing.room_id, playing.sound.peer_id):
            if playing.is_wanted:
                await playing.sound.ended()
            else:  # while it began
                await playing.sound.close()

    # -- who may

    def _stage(self, actor: Account, room_id: int) -> Room:
        room = self._salon.rooms.get(room_id)
        if room is None or not self._salon.accounts.may(actor, VIEW, room_id):
            raise NotFound("There is no such room.", reason="no_room")
        if room.kind != STAGE:
            raise NotFound("This room is no stage.", reason="no_stage")
        return room

    def _leads(self, actor: Account, room: Room) -> bool:
        """A host who is kept out, or in time out, leads nothing meanwhile."""
        may, is_host = self._salon.accounts.may, actor.id in self._salon.rooms.hosts(room.id)
        return (is_host and may(actor, SPEAK, room.id)) or may(actor, KEEP, room.id)

    def _led(self, actor: Account, room_id: int) -> None:
        room = self._stage(actor, room_id)
        if not self._leads(actor, room):
            raise Denied(
                "Who leads the stage has its running order.",
                reason="no_permission",
                permission=KEEP,
            )

    # -- telling

    async def _tell(self, order: RunningOrder) -> None:
        body = await self._wire(order)
        await self._salon.announce("order_changed", Place(order.room_id), body)

    async def _wire(self, order: RunningOrder) -> dict[str, Any]:
        known = await self._salon.db.read(lambda c: pieces.some(c, order.piece_ids))
        playing = self._playing.get(order.room_id)
        return {
            "room_id": str(order.room_id),
            "revision": order.revision,
            "current": order.current,
            "playing": None if playing is None else playing.row_id,
            "rows": [_wire_row(row, known.get(row.piece_id or 0)) for row in order.rows],
        }


def _wire_row(row: Row, piece: Piece | None) -> dict[str, Any]:
    """A piece that is gone is none any more; it takes as long as it is."""
    return {
        "id": row.id,
        "title": row.title,
        "note": row.note,
        "length_s": (row.length_ms if piece is None else piece.duration_ms) / 1_000,
        "piece": None if piece is None else str(piece.id),
        "piece_title": "" if piece is None else piece.title,
    }
