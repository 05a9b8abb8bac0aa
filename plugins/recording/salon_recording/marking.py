"""Marks while a room is recorded: a chapter begins now, or a part up to now is to be kept.

A part reaches back into the recording that runs, and never before it: there is nothing. Who may use
the take can name a show: the part goes into its next episode as soon as the recording has ended.
"""

from dataclasses import dataclass

from salon.plugin import Account, Conflict, Denied, Invalid, NotFound, Salon, Transaction
from salon_recording import marks
from salon_recording.journal import Happened
from salon_recording.marks import Mark
from salon_recording.programmes.programming import Programming
from salon_recording.recorder import PERMISSION, Recorder
from salon_recording.running import Running
from salon_recording.shelf import Shelf
from salon_recording.takes import Take

MARK = "recording.mark"
MARKS_MAX = 200  # of a take


@dataclass(frozen=True, slots=True)
class Moment:
    """When it was: whoever writes a name means what was said before they began to."""

    ago_s: float = 0.0
    last_s: float | None = None  # the seconds up to it, for a part

    def span_ms(self, now_ms: int) -> tuple[int, int | None]:
        """Return where it begins and, for a part, ends. Raises Invalid for one of no length."""
        until_ms = max(0, now_ms - round(self.ago_s * 1_000))
        if self.last_s is None:
            return until_ms, None
        start_ms = max(0, until_ms - round(self.last_s * 1_000))
        if start_ms == until_ms:
            raise Invalid("A part has a length.", field="last_s", reason="recording.no_length")
        return start_ms, until_ms


class Marking:
    """Adds marks to recordings that run."""

    def __init__(
        self,
        salon: Salon,
        recorder: Recorder,
        running: Running,
        shelf: Shelf,
        programming: Programming,
    ) -> None:
        self._salon = salon
        self._recorder = recorder
        self._running = running
        self._shelf = shelf
        self._programming = programming

    async def mark(
        self,
        actor: Account,
        room_id: int,
        title: str,
        moment: Moment,
        *,
        show_id: int | None = None,
        slot: str = "",
    ) -> Mark:
        """Name a moment, or the last seconds up to it, as far back as the recording goes.

        With a show they go into its next episode. Raises NotFound, Denied, Conflict (not recorded,
        not in the room, full), Invalid.
        """
        room = self._recorder.room(actor, room_id)
        if not self._salon.accounts.may(actor, MARK, room.id):
            raise Denied("You may not set marks here.", reason="no_permission", permission=MARK)
        live = self._recorder.live(room.id)
        if live.begun_s is None:
            raise Conflict("The recording has not begun yet.", reason="recording.not_begun")
        if not self._recorder.is_in(room.id, actor.id):
            raise Conflict("You are not in this room.", reason="not_in_room")
        now_s = self._salon.clock.monotonic_s()
        start_ms, end_ms = moment.span_ms(round(live.elapsed_s(now_s) * 1_000))
        if show_id is not None:
            await self._check_may_place(actor, live.take, show_id, has_length=end_ms is not None)
        mark = Mark(
            self._salon.new_id(), live.take.id, start_ms, end_ms, title, actor.id, show_id, slot
        )

        def add(tx: Transaction) -> None:
            if marks.count(tx.connection, mark.take_id) >= MARKS_MAX:
                raise Conflict(
                    f"A recording has at most {MARKS_MAX} marks.",
                    reason="recording.marks_full",
                    most=MARKS_MAX,
                )
            marks.add(tx, mark)

        await self._salon.db.write(add)
        facts = {"title": title, "account": actor.id}
        live.note(now_s, Happened.MARK, **facts, from_s=start_ms / 1_000)
        live.marks.append(mark)
        await self._running.tell(live)
        return mark

    async def _check_may_place(
        self, actor: Account, take: Take, show_id: int, *, has_length: bool
    ) -> None:
        if not has_length:
            raise Invalid("A part has a length.", field="last_s", reason="recording.no_length")
        if not self._salon.accounts.may(actor, PERMISSION):
            raise Denied("You may not do this.", reason="no_permission", permission=PERMISSION)
        if not self._shelf.may_use(actor, take):
            raise NotFound("There is no such recording.", reason="recording.no_recording")
        await self._programming.show(show_id)
