"""A zip that is made piece by piece, in the memory of one piece, whatever it holds.

What is written comes out at once: sizes and sums follow each content, as they are known then
(PKWARE APPNOTE 4.3.9). Packing is done in a thread: it takes long.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MODE = 0o600 << 16  # of the files that it is unpacked to


class Archive:
    """One zip; what its methods return follows each other."""

    def __init__(self, at: datetime) -> None:
        self._out = _Outlet()
        self._zip = ZipFile(self._out, "w")  # type: ignore[call-overload] # it only writes
        self._at = at.timetuple()[:6]

    async def add(
        self, name: str, parts: AsyncIterator[bytes], *, is_packed: bool = True
    ) -> AsyncIterator[bytes]:
        """Put a file in. `is_packed`: what is packed already stays as it is without."""
        info = ZipInfo(name, self._at)
        info.compress_type = ZIP_DEFLATED if is_packed else ZIP_STORED
        info.external_attr = MODE
        with self._zip.open(info, "w", force_zip64=True) as file:
            async for part in parts:
                await asyncio.to_thread(file.write, part)
                yield self._out.taken()
        yield self._out.taken()

    def end(self) -> bytes:
        """Return the directory, with which a zip ends."""
        self._zip.close()
        return self._out.taken()


class _Outlet:
    """A file that can neither seek nor tell, which `ZipFile` knows how to write to."""

    def __init__(self) -> None:
        self._pieces = bytearray()

    def write(self, piece: bytes) -> int:
        self._pieces += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        pieces = bytes(self._pieces)
        self._pieces.clear()
        return pieces
