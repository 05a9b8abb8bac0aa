"""Editing shows and pieces: who may, and what may not be.

A show is edited by who made it and by those who hold `server.manage`; one that the configuration
names by nobody, but `server.manage` approves it. Pieces belong to everybody who makes episodes;
renamed and removed are they by who brought them, and by `server.manage`. Approving is a yes to the
template and the schedule as they are: an episode then goes out without another look at it.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from salon.plugin import Account, Conflict, Denied, Invalid, NotFound, Salon, Transaction
from salon_recording import episodes
from salon_recording.programmes import pieces, shows
from salon_recording.programmes.bringing import Bringing
from salon_recording.programmes.pieces import Piece
from salon_recording.programmes.template import digest
from salon_recording.shelf import OWNERS
from salon_recording.show import COVERS, Show


class Editing:
    """Changes shows and pieces."""

    def __init__(self, salon: Salon, bringing: Bringing) -> None:
        self._salon = salon
        self._bringing = bringing

    # -- shows

    def may_edit(self, actor: Account, show: Show) -> bool:
        """Whether somebody may change what a show says, and its template."""
        return not show.in_file and self.may_approve(actor, show)

    def may_approve(self, actor: Account, show: Show) -> bool:
        return show.made_by == actor.id or self._salon.accounts.may(actor, OWNERS)

    async def make(self, actor: Account, slug: str, fields: Mapping[str, Any]) -> Show:
        """Make a show. Raises Conflict (its address is taken, or there are too many)."""
        show_id = self._salon.new_id()

        def add(tx: Transaction) -> Show:
            known = shows.everything(tx.connection)
            if len(known) >= shows.SHOWS_MAX:
                raise Conflict(
                    f"There are at most {shows.SHOWS_MAX} shows.",
                    reason="recording.shows_full",
                    most=shows.SHOWS_MAX,
                )
            if slug in {show.slug for show in known}:
                raise Conflict(
                    "Another show has this address.", field="slug", reason="recording.slug_taken"
                )
            show = Show(show_id, slug, "", created_at=tx.now, changed_at=tx.now)
            show = replace(show, made_by=actor.id, **fields)
            shows.add(tx, show)
            return show

        return await self._salon.db.write(add)

    async def edit(
        self, actor: Account, show_id: int, revision: int, fields: Mapping[str, Any]
    ) -> Show:
        """Change a show that was looked at. Raises NotFound, Denied, Conflict (changed since)."""

        def edited(tx: Transaction, show: Show) -> Show:
            self._check_may_edit(actor, show)
            if show.revision != revision:
                raise Conflict(
                    "This show was changed meanwhile.",
                    reason="recording.show_meanwhile",
                    revision=show.revision,
                )
            _check_pieces(tx, fields)
            return replace(show, **fields)

        return await self._change(show_id, edited)

    async def approve(self, actor: Account, show_id: int, revision: int, *, is_yes: bool) -> Show:
        """Let a show's episodes go out by themselves, or not. Raises NotFound, Denied, Conflict."""

        def judged(_tx: Transaction, show: Show) -> Show:
            if not self.may_approve(actor, show):
                raise _denied()
            if not is_yes:
                return replace(show, approved=None, approved_by=None)
            if show.revision != revision:
                raise Conflict(
                    "This show was changed meanwhile.",
                    reason="recording.show_meanwhile",
                    revision=show.revision,
                )
            if show.schedule is None:
                raise Conflict("This show has no schedule.", reason="recording.no_schedule")
            said = digest(show.template, show.schedule)
            return replace(show, approved=said, approved_by=actor.id)

        return await self._change(show_id, judged)

    async def remove(self, actor: Account, show_id: int) -> None:
        """Remove a show without episodes. Raises NotFound, Denied, Conflict."""

        def remove(tx: Transaction) -> None:
            show = _there(shows.get(tx.connection, show_id))
            self._check_may_edit(actor, show)
            if episodes.is_used(tx.connection, show_id):
                raise Conflict("This show has episodes.", reason="recording.show_used")
            if len(shows.everything(tx.connection)) == 1:
                raise Conflict("There is always one show.", reason="recording.last_show")
            shows.remove(tx, show_id)

        await self._salon.db.write(remove)

    async def cover(self, actor: Account, show_id: int, parts: AsyncIterator[bytes]) -> Show:
        """Give a show a picture. Raises NotFound, Denied, Invalid, Conflict, Unavailable."""
        show = _there(await self._salon.db.read(lambda c: shows.get(c, show_id)))
        self._check_may_edit(actor, show)
        name = f"{show_id}-{secrets.token_hex(8)}.png"
        await self._bringing.bring("cover", parts, self._covers / name)
        return await self._covered(actor, show_id, name)

    async def uncover(self, actor: Account, show_id: int) -> Show:
        """Take a show's picture away. Raises NotFound, Denied."""
        return await self._covered(actor, show_id, None)

    def cover_of(self, show: Show) -> Path | None:
        """Return where a show's own picture is."""
        return None if show.cover is None else self._covers / show.cover

    @property
    def _covers(self) -> Path:
        return self._salon.data_directory / COVERS

    async def _covered(self, actor: Account, show_id: int, name: str | None) -> Show:
        before: list[Path | None] = []

        def covered(_tx: Transaction, show: Show) -> Show:
            self._check_may_edit(actor, show)
            before.append(self.cover_of(show))
            return replace(show, cover=name)

        show = await self._change(show_id, covered)
        for path in before:
            if path is not None:
                await asyncio.to_thread(path.unlink, missing_ok=True)
        return show

    async def _change(self, show_id: int, change: Callable[[Transaction, Show], Show]) -> Show:
        def put(tx: Transaction) -> Show:
            before = _there(shows.get(tx.connection, show_id))
            after = replace(change(tx, before), revision=before.revision + 1)
            shows.put(tx, after)
            return after

        return await self._salon.db.write(put)

    def _check_may_edit(self, actor: Account, show: Show) -> None:
        if show.in_file:
            raise Conflict("The configuration names this show.", reason="recording.show_in_file")
        if not self.may_approve(actor, show):
            raise _denied()

    # -- pieces

    async def bring(self, actor: Account, title: str, parts: AsyncIterator[bytes]) -> Piece:
        """Keep a piece. Raises Invalid (no sound), Conflict (too many, no room), Unavailable."""
        if await self._salon.db.read(pieces.count) >= pieces.PIECES_MAX:
            raise Conflict(
                f"There are at most {pieces.PIECES_MAX} pieces.",
                reason="recording.pieces_full",
                most=pieces.PIECES_MAX,
            )
        piece_id = self._salon.new_id()
        path = self.piece_path(piece_id)
        said = await self._bringing.bring("sound", parts, path)
        size_bytes = (await asyncio.to_thread(path.stat)).st_size
        now = self._salon.clock.now()
        piece = Piece(piece_id, title, actor.id, said["duration_ms"], size_bytes, now)
        await self._salon.db.write(lambda tx: pieces.add(tx, piece))
        return piece

    def piece_path(self, piece_id: int) -> Path:
        """Return where a piece's sound is."""
        return self._salon.data_directory / pieces.PIECES / f"{piece_id}{pieces.PIECE_SUFFIX}"

    async def rename_piece(self, actor: Account, piece_id: int, title: str) -> Piece:
        """Name a piece anew. Raises NotFound, Denied."""

        def rename(tx: Transaction) -> Piece:
            piece = self._own_piece(tx, actor, piece_id)
            pieces.rename(tx, piece_id, title)
            return replace(piece, title=title)

        return await self._salon.db.write(rename)

    async def remove_piece(self, actor: Account, piece_id: int) -> None:
        """Delete a piece that no episode has. Raises NotFound, Denied, Conflict."""

        def remove(tx: Transaction) -> None:
            self._own_piece(tx, actor, piece_id)
            if pieces.is_used(tx.connection, piece_id):
                raise Conflict("An episode has this piece.", reason="recording.piece_used")
            pieces.remove(tx, piece_id)

        await self._salon.db.write(remove)
        await asyncio.to_thread(self.piece_path(piece_id).unlink, missing_ok=True)

    def _own_piece(self, tx: Transaction, actor: Account, piece_id: int) -> Piece:
        piece = pieces.some(tx.connection, [piece_id]).get(piece_id)
        if piece is None:
            raise NotFound("There is no such piece.", reason="recording.no_piece")
        if piece.brought_by != actor.id and not self._salon.accounts.may(actor, OWNERS):
            raise Denied("Somebody else brought this piece.", reason="recording.others_piece")
        return piece


def _check_pieces(tx: Transaction, fields: Mapping[str, Any]) -> None:
    template = fields.get("template", ())
    named = {id_ for slot in template for id_ in (slot.piece_id, slot.between_id) if id_}
    if named - pieces.some(tx.connection, named).keys():
        raise Invalid("There is no such piece.", field="template", reason="recording.no_piece")


def _there(show: Show | None) -> Show:
    if show is None:
        raise NotFound("There is no such show.", reason="recording.no_show")
    return show


def _denied() -> Denied:
    return Denied("This show is somebody else's.", reason="recording.others_show")
