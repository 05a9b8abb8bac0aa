"""What is made of contents that were handed in, before they are anybody's file.

What it is is told by its first bytes: a picture is made anew, a sound or film written anew, and
what can be neither is only a download.
"""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from salon.clock import Clock
from salon.domain.files import NAME_MAX, File, FileKind, Purpose, Rendition, StoredFile
from salon.errors import Invalid
from salon.files import kinds
from salon.files.films import Films, NotRewritable
from salon.files.pictures import EMOJI, FACE, IN_MESSAGES, ON_CARD, Pictures, Shape
from salon.files.storage import Put, Storage

MIB = 1024 * 1024
PICTURE_MAX_BYTES = 32 * MIB  # as it comes: its worker has it in memory
WEBP = "image/webp"
SHAPES: Mapping[Purpose, Shape] = {
    Purpose.MESSAGE: IN_MESSAGES,
    Purpose.AVATAR: FACE,
    Purpose.ICON: FACE,
    Purpose.EMOJI: EMOJI,
    Purpose.CARD: ON_CARD,
}
UNNAMED = "file"
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class TooLargeFile(Invalid):
    """The file is over the limit of one file."""

    http_status = 413


class FileMaking:
    """Makes files of contents, in the storage."""

    def __init__(self, storage: Storage, pictures: Pictures, films: Films, clock: Clock) -> None:
        self._storage = storage
        self._pictures = pictures
        self._films = films
        self._clock = clock

    async def made_of(self, put: Put, purpose: Purpose, name: str) -> tuple[StoredFile, list[str]]:
        """Return the file that is to be kept, and the keys of its contents. Raises Invalid."""
        found = kinds.of(put.head)
        if found.kind is FileKind.PICTURE:
            return await self._remade(purpose, name, put, found.media_type)
        if purpose is not Purpose.MESSAGE:
            raise Invalid("This is no picture.", field="file", reason="no_picture")
        if found.kind is not FileKind.OTHER:
            with suppress(NotRewritable):
                return await self._rewritten(name, put, found)
        file = File(0, name, kinds.OTHER.kind, kinds.OTHER.media_type, put.size_bytes)
        return self._draft(file, [("", put)]), [put.key]

    async def _rewritten(
        self, name: str, put: Put, found: kinds.Found
    ) -> tuple[StoredFile, list[str]]:
        """Put a sound or film without what it says of itself in its place. Raises NotRewritable."""

        async def work(source: Path, target: Path) -> None:
            await self._films.rewrite(source, target, found.media_type, put.size_bytes)

        made = await self._storage.rewrite(put.key, put.size_bytes, work)
        await self._storage.delete(put.key)
        shown = _with_ending(name, found.ending) if found.ending else name
        file = File(0, shown, found.kind, found.media_type, made.size_bytes)
        return self._draft(file, [("", made)]), [made.key]

    async def _remade(
        self, purpose: Purpose, name: str, put: Put, media_type: str
    ) -> tuple[StoredFile, list[str]]:
        """Put what a picture was made into in its place."""
        if put.size_bytes > PICTURE_MAX_BYTES:
            raise too_large(PICTURE_MAX_BYTES)
        made = await self._pictures.remake(self._storage.read(put.key), media_type, SHAPES[purpose])
        async with self.put_all(made.renditions) as puts:
            await self._storage.delete(put.key)
        full = puts[0][1]
        file = File(
            id=0,
            name=_with_ending(name, ".webp"),
            kind=FileKind.PICTURE,
            media_type=WEBP,
            size_bytes=full.size_bytes,
            width=made.width,
            height=made.height,
            moves=made.moves,
        )
        return self._draft(file, puts), [one.key for _size, one in puts]

    @asynccontextmanager
    async def put_all(
        self, renditions: Mapping[str, bytes]
    ) -> AsyncIterator[Sequence[tuple[str, Put]]]:
        """Keep contents; none is left when that, or what follows, fails."""
        puts: list[tuple[str, Put]] = []
        try:
            for size, content in renditions.items():
                puts.append((size, await self._storage.put(whole(content))))
            yield puts
        except BaseException:
            for _size, one in puts:
                await asyncio.shield(self._storage.delete(one.key))
            raise

    def _draft(self, file: File, puts: Sequence[tuple[str, Put]]) -> StoredFile:
        """Return what is to be kept, before it is anybody's."""
        renditions = tuple(Rendition(size, one.key, one.size_bytes) for size, one in puts)
        sha256 = puts[0][1].sha256
        return StoredFile(file, 0, Purpose.MESSAGE, renditions, sha256, self._clock.now())


def clean_name(name: str) -> str:
    """Return a name for people: no folders, nothing that hides or turns what follows.

    Contents are never kept under it. Raises Invalid.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid("That is not valid text.", field="name", reason="encoding") from None
    last = re.split(r"[/\\]", name[-4 * NAME_MAX :])[-1]
    clean = _NOT_IN_NAMES.sub("", unicodedata.normalize("NFC", last)).strip(" .")
    if len(clean) <= NAME_MAX:
        return clean or UNNAMED
    stem, dot, ending = clean.rpartition(".")
    if not dot or len(ending) > NAME_MAX // 4:
        return clean[:NAME_MAX]
    return f"{stem[: NAME_MAX - 1 - len(ending)]}.{ending}"


def _with_ending(name: str, ending: str) -> str:
    stem = name.rpartition(".")[0] or name
    return f"{stem[: NAME_MAX - len(ending)]}{ending}"


async def whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def too_large(most_bytes: int) -> TooLargeFile:
    most = most_bytes // MIB
    return TooLargeFile(
        f"This file is too large: at most {most} MiB are taken.",
        field="file",
        reason="file_large",
        most=most,
    )
