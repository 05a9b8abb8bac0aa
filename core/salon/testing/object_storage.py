"""Object storage for tests: SeaweedFS, started once, whose S3 checks every signature.

`Gate` is a line to it that a test may cut.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from salon.testing.server import free_port

ACCESS_KEY, SECRET_KEY = "salon-tests", "seven grey geese flew over the lift"
BUCKET = "media"
READY_S = 60.0
SOCKETS = Path("/tmp")  # noqa: S108 where it leaves them, whatever it is told
PARTS = ("master", "volume", "filer", "s3")


def program() -> Path | None:
    """Return SeaweedFS, which the test lock brings."""
    found = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    return None if found is None else Path(found)


class ObjectStorage:
    """One server process with one empty bucket."""

    def __init__(self, weed: Path) -> None:
        self._weed = weed
        self._place = Path(tempfile.mkdtemp(prefix="salon-s3-"))
        self._ports: dict[str, int] = {}
        self._talk: dict[str, int] = {}  # with each other
        self._process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return self._ports["s3"]

    def settings(self, **others: Any) -> dict[str, Any]:
        """Return the section of a configuration; `others` stand in the place of what is right."""
        return {
            "bucket": BUCKET,
            "endpoint": f"http://127.0.0.1:{self.port}",
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
        } | others

    def start(self) -> None:
        """Return when it takes what is put."""
        self._ports = {part: free_port() for part in PARTS}
        self._talk = {part: free_port() for part in PARTS}
        self._run()
        if not self._is_ready():
            raise RuntimeError((self._place / "log").read_text()[-2_000:])

    def _run(self) -> None:
        known = self._place / "who.json"
        credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
        actions = ["Admin", "Read", "Write", "List"]
        who = {"name": "salon", "credentials": credentials, "actions": actions}
        known.write_text(json.dumps({"identities": [who]}))
        ports = [f"-{part}.port={port}" for part, port in self._ports.items()]
        talk = [f"-{part}.port.grpc={port}" for part, port in self._talk.items()]
        with (self._place / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 the program that was found
                [
                    str(self._weed), "-logtostderr=true", "server", f"-dir={self._place}",
                    "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *ports, *talk, "-s3",
                    "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false",
                    f"-s3.config={known}", "-volume.max=4",
                    "-master.volumeSizeLimitMB=64", "-master.telemetry=false",
                ],
                cwd=self._place,
                stdout=log,
                stderr=log,
            )  # fmt: skip

    def _is_ready(self) -> bool:
        until_s = time.monotonic() + READY_S
        bucket = f"http://127.0.0.1:{self._ports['filer']}/buckets/{BUCKET}/"
        while not (_makes(bucket) and self._takes()):
            if time.monotonic() > until_s or self._process.poll() is not None:
                return False
            time.sleep(0.05)
        return True

    def _takes(self) -> bool:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        chosen = self.settings()
        try:
            S3Store(
                BUCKET,
                endpoint=chosen["endpoint"],
                region="us-east-1",
                access_key_id=ACCESS_KEY,
                secret_access_key=SECRET_KEY,
                client_options={"allow_http": True},
                retry_config={"max_retries": 0},
            ).put("ready", b"")
        except (BaseError, FileNotFoundError):
            return False
        return True

    def stop(self) -> None:
        """Kill it, for in order it takes half a minute, and remove what it leaves elsewhere."""
        self._process.kill()
        self._process.wait()
        for left in SOCKETS.glob("seaweedfs-*.sock"):
            if int(left.stem.rpartition("-")[2]) in {*self._ports.values(), *self._talk.values()}:
                left.unlink(missing_ok=True)
        shutil.rmtree(self._place)


class Gate:
    """A port that leads to the storage while it is open."""

    def __init__(self, storage: ObjectStorage) -> None:
        self._storage = storage
        self._port = free_port()
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._led, "127.0.0.1", self._port)

    async def shut(self) -> None:
        """Nobody answers any more, and lines that stand are cut."""
        if self._server is not None:
            self._server.close()
            for line in self._lines:
                line.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _led(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, on = await asyncio.open_connection("127.0.0.1", self._storage.port)
        self._lines |= {back, on}
        try:
            await asyncio.gather(_passed(near, on), _passed(far, back))
        finally:
            self._lines -= {back, on}


async def _passed(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(65_536):
            target.write(piece)
            await target.drain()
    target.close()


def _makes(url: str) -> bool:
    """Whether there is such a folder now."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=5):  # noqa: S310 ours
            return True
    except urllib.error.HTTPError as error:
        return error.code == HTTPStatus.CONFLICT  # from the last time it was asked
    except OSError:
        return False
