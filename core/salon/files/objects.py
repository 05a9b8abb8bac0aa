"""Contents in object storage, by name: S3, and what speaks like it.

What is put under a name never changes: who wants another content takes another name. Each call ends
by itself: a request has a time, and is tried anew once or twice where nobody answered. What the
storage says when it refuses is kept as one word of `Why`, so that people are told what to put
right; its own words, in which keys may stand, go nowhere.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypedDict

from salon.config.objects import Objects as Settings
from salon.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Store

CONNECT = timedelta(seconds=5)
READ = timedelta(seconds=20)  # somebody waits for it
WRITE = timedelta(seconds=120)  # of a part: slower than 350 kbit/s gets nothing there
PART_BYTES = 5 * 1_024 * 1_024  # the least that S3 takes of a part
PARTS_AT_ONCE = 2
TRIES_AGAIN = 2

GONE = "NoSuchKey"
MISSING = (GONE, "")  # an answer to HEAD has no words

Why = Literal["unreachable", "bucket", "key", "clock", "region", "full", "denied", "failed"]

_CODES: dict[str, Why] = {
    "NoSuchBucket": "bucket",
    "InvalidAccessKeyId": "key",
    "SignatureDoesNotMatch": "key",
    "XAdminUserNotFound": "key",  # of the Versity gateway, with a 404
    "RequestTimeTooSkewed": "clock",
    "RequestExpired": "clock",
    "AuthorizationHeaderMalformed": "region",
    "IllegalLocationConstraintException": "region",
    "PermanentRedirect": "region",
    "QuotaExceeded": "full",
    "StorageFull": "full",
    "XMinioStorageFull": "full",
    "AccessDenied": "denied",
}


class ObjectsFailed(Unavailable):
    """The storage did not do what it was asked; `why` says what is in the way."""

    def __init__(self, why: Why) -> None:
        super().__init__(
            f"The object storage did not do it: {why}.", reason="objects_failed", why=why
        )
        self.why = why


class Objects(Protocol):
    """Contents by name; names have letters, digits, `-`, `_`, `.` and `/` between folders.

    All raise Unavailable when the storage refuses or cannot be reached; its `facts["why"]` is one
    of `unreachable`, `bucket`, `key`, `clock`, `region`, `full`, `denied` and `failed`.
    """

    async def put(self, name: str, source: Path, media_type: str) -> None:
        """Keep a file under a name; once it returns, all of it is there."""

    async def size(self, name: str) -> int:
        """Return how many bytes a content has. Raises NotFound."""

    async def read(self, name: str, start: int, stop: int) -> bytes:
        """Return the bytes from one to before another, which are there. Raises NotFound."""

    async def delete(self, name: str) -> None:
        """Forget; what is not there is forgotten already."""


class _Place(TypedDict, total=False):
    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str
    virtual_hosted_style_request: bool


class S3:
    """A bucket, or a folder in it. Implements `Objects`."""

    def __init__(self, settings: Settings, folder: str = "") -> None:
        self._settings = settings
        self._folder = folder
        self._reading = _store(settings, READ)
        self._writing = _store(settings, WRITE)

    @classmethod
    def of(cls, settings: Settings) -> "S3 | None":
        """Return what is configured, if anything is."""
        return None if settings.bucket is None else cls(settings, settings.prefix)

    def below(self, folder: str) -> "S3":
        """Return a folder in here."""
        return S3(self._settings, f"{self._folder}/{folder}".lstrip("/"))

    @property
    def where(self) -> str:
        """What people call it: the bucket, and where it is."""
        at = self._settings.endpoint or f"Amazon S3, {self._settings.region}"
        return f"{self._settings.bucket} ({at})"

    async def put(self, name: str, source: Path, media_type: str) -> None:
        async with _told():
            await self._writing.put_async(
                self._path(name),
                source,
                attributes={"Content-Type": media_type},
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )

    async def size(self, name: str) -> int:
        async with _told(*MISSING):
            return (await self._reading.head_async(self._path(name)))["size"]

    async def read(self, name: str, start: int, stop: int) -> bytes:
        async with _told(*MISSING):
            found = await self._reading.get_range_async(self._path(name), start=start, end=stop)
        return bytes(found)

    async def delete(self, name: str) -> None:
        try:
            async with _told(GONE):  # anything else that says 404 has deleted nothing
                await self._writing.delete_async(self._path(name))
        except NotFound:
            return

    async def try_out(self) -> None:
        """Do with a small content all that is ever done. Raises ObjectsFailed, NotFound."""
        name, content = ".salon-doctor", b"Salon's doctor was here."
        try:
            async with _told():  # some say only here that there is no such bucket
                await self._reading.list_with_delimiter_async(self._path(name))
        except ObjectsFailed as error:
            if error.why != "denied":  # which is no need of ours
                raise
        async with _told():
            await self._reading.put_async(self._path(name), content)
        if await self.read(name, 6, 14) != content[6:14]:
            raise ObjectsFailed("failed")
        await self.delete(name)

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}".lstrip("/")


def _store(settings: Settings, within: timedelta) -> "S3Store":
    from obstore.store import S3Store

    access_key, secret_key = settings.access_key, settings.secret_key
    place: _Place = {"region": settings.region, "virtual_hosted_style_request": True}
    if settings.endpoint is not None:
        place |= {"endpoint": settings.endpoint, "virtual_hosted_style_request": False}
    return S3Store(
        settings.bucket,
        access_key_id="" if access_key is None else access_key.get_secret_value(),
        secret_access_key="" if secret_key is None else secret_key.get_secret_value(),
        client_options={"allow_http": True, "timeout": within, "connect_timeout": CONNECT},
        retry_config={"max_retries": TRIES_AGAIN, "retry_timeout": within},
        **place,
    )


@asynccontextmanager
async def _told(*missing: str) -> AsyncIterator[None]:
    """Tell what is raised as ObjectsFailed, a 404 with one of these codes as NotFound."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        if _code(str(error)) in missing:
            raise NotFound("There is no such file.", reason="no_file") from None
        raise ObjectsFailed(why_of(str(error))) from None
    except BaseError as error:
        raise ObjectsFailed(why_of(str(error))) from None


def _code(said: str) -> str:
    return said.partition("<Code>")[2].partition("</Code>")[0]


def why_of(said: str) -> Why:
    """Return what is in the way, of what the storage or the library said."""
    code = _code(said)
    if code in _CODES:
        return _CODES[code]
    if "Server returned non-2xx status code: 403" in said:
        return "denied"
    if "HTTP error" in said or "error sending request" in said:
        return "unreachable"
    return "failed"
