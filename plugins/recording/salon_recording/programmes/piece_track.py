"""A piece as a track that a room plays: its file is decoded bit by bit, as it is wanted."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from aiortc.mediastreams import MediaStreamError


class PieceTrack:
    """Reads a file that we wrote ourselves. Implements `salon.plugin.Track`."""

    kind = "audio"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames: Iterator[Any] | None = None
        self._reading = asyncio.Lock()

    async def recv(self) -> Any:
        """Return what comes next. Raises MediaStreamError at the end, OSError without the file."""
        async with self._reading:
            frame = await asyncio.to_thread(self._next)
        if frame is None:
            raise MediaStreamError
        return frame

    def stop(self) -> None:
        """The file is closed with the last reference to its frames."""
        self._frames = None

    def _next(self) -> Any:
        if self._frames is None:
            self._frames = self._decoded()
        return next(self._frames, None)

    def _decoded(self) -> Iterator[Any]:
        with av.open(self._path, format="ogg") as container:
            yield from container.decode(audio=0)
