"""Saving each change that is made in the editor, for whoever goes on with it.

Of a take, and of an episode, there is one edit, of all who have a hand in it: who changes it says
which revision they looked at, and nobody writes over what somebody else changed. To save the same
again changes nothing, so that what was sent when a line broke can be sent once more. It is of no
consequence until an episode is ordered by it: what it names is looked at then.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salon.plugin import Account, Conflict, Salon, Transaction
from salon_recording.editor import edits
from salon_recording.editor.edits import Edit
from salon_recording.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Left:
    """What somebody leaves in the editor, having looked at a revision of it; 0 is none."""

    revision: int
    episode_revision: int | None
    title: str
    body: Mapping[str, Any]


class EditorSaving:
    """Keeps edits. `of` is a take that one may use, or an episode in which one has a hand."""

    def __init__(self, salon: Salon, shelf: Shelf) -> None:
        self._salon = salon
        self._shelf = shelf

    async def known(
        self, actor: Account, take_id: int | None, episode_id: int | None
    ) -> Edit | None:
        """Return what was left there. Raises NotFound."""
        of_id = await self._of(actor, take_id, episode_id)
        return await self._salon.db.read(lambda c: edits.get(c, of_id))

    async def save(
        self, actor: Account, take_id: int | None, episode_id: int | None, left: Left
    ) -> Edit:
        """Keep what is left there now. Raises NotFound, Conflict (changed meanwhile)."""
        of_id = await self._of(actor, take_id, episode_id)
        body = json.dumps(left.body)

        def write(tx: Transaction) -> tuple[Edit, bool]:
            before = edits.get(tx.connection, of_id)
            revision = 0 if before is None else before.revision
            if before is not None and before.body == body:
                return before, False
            if left.revision != revision:
                raise self._conflict(before)
            edit = Edit(
                of_id, revision + 1, left.episode_revision, left.title, body, actor.id, tx.now
            )
            edits.put(tx, edit)
            return edit, True

        edit, is_new = await self._salon.db.write(write)
        if is_new:
            await self._tell(take_id, episode_id, edit)
        return edit

    async def drop(self, actor: Account, take_id: int | None, episode_id: int | None) -> None:
        """Forget what was left there. Raises NotFound."""
        of_id = await self._of(actor, take_id, episode_id)
        await self._salon.db.write(lambda tx: edits.remove(tx, of_id))

    def who(self, edit: Edit) -> str | None:
        """Return how who left it is called; None: somebody who is gone."""
        return next(iter(self._shelf.names_of([edit.edited_by or 0])), None)

    async def _of(self, actor: Account, take_id: int | None, episode_id: int | None) -> int:
        if episode_id is not None:
            return (await self._shelf.episode_for(actor, episode_id)).id
        return (await self._shelf.take_for(actor, take_id or 0)).id

    async def _tell(self, take_id: int | None, episode_id: int | None, edit: Edit) -> None:
        body = {"of": str(edit.of_id), "revision": edit.revision, "by": self.who(edit)}
        if episode_id is not None:
            episode = await self._shelf.episode(episode_id)
            await self._shelf.tell_of_episode(episode, "edit_changed", body)
        else:
            await self._shelf.tell_of_take(take_id or 0, "edit_changed", body)

    def _conflict(self, before: Edit | None) -> Conflict:
        return Conflict(
            "This episode was changed meanwhile.",
            reason="recording.edited_meanwhile",
            names=(before and self.who(before)) or "",
            revision=0 if before is None else before.revision,
        )
