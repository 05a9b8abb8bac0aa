"""A PostgreSQL for tests: started once, a database for each test, gone afterwards.

It listens on a socket in its own folder only. PostgreSQL refuses to run as root, so root's is run
by the system's `postgres` or `nobody`. Nothing is synced: it lives as long as the tests.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from salon.store.database import driver_of
from salon.store.migrate import CORE, migrate
from salon.store.postgresql import Postgresql

TEMPLATE = "salon_template"
PROGRAMS = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")
READY_S = 30.0
SETTINGS = ("fsync=off", "max_connections=60", "shared_buffers=32MB")
MEMORY, ROOM_BYTES = Path("/dev/shm"), 2 << 30  # noqa: S108 a folder is made in it


def programs() -> Path | None:
    """Return the folder with `initdb` and `postgres`; None when PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    folders = [file.parent for file in PROGRAMS.glob("*/bin/initdb")]
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


class PostgresqlServer:
    """One server process; `database` makes a database and returns its address."""

    def __init__(self, folder: Path) -> None:
        self._programs = folder
        # To copy an empty database takes a third of a second on a disk, a tenth of it in memory.
        has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
        place = tempfile.mkdtemp(prefix="salon-pg-", dir=MEMORY if has_room else None)
        self._place = Path(place)
        self._as: dict[str, Any] = {}
        self._count = 0
        self._process: subprocess.Popen[bytes]

    def start(self) -> None:
        if os.geteuid() == 0:
            user = _ordinary_user()
            os.chown(self._place, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        initdb = str(self._programs / "initdb")
        made = ["-D", str(self._place / "data"), "-U", "salon", "-A", "trust", "--no-instructions"]
        subprocess.run(  # noqa: S603 the program that was found
            [initdb, *made, "-E", "UTF8", "--locale=C", "-N"],
            check=True,
            cwd=self._place,
            stdout=subprocess.DEVNULL,
            **self._as,
        )
        self.run()

    def run(self) -> None:
        """Start the process, also again after `kill`."""
        options = [part for setting in SETTINGS for part in ("-c", setting)]
        postgres = [str(self._programs / "postgres"), "-D", str(self._place / "data")]
        with (self._place / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 the program that was found
                [*postgres, "-k", str(self._place), "-c", "listen_addresses=", *options],
                cwd=self._place,
                stdout=subprocess.DEVNULL,
                stderr=log,
                **self._as,
            )
        until_s = time.monotonic() + READY_S
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() > until_s or self._process.poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it at once, as a crash does; what was committed is there after `run`."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.kill()
        shutil.rmtree(self._place)

    def address(self, database: str) -> str:
        return f"postgresql://salon@/{database}?host={self._place}"

    def prepare_template(self) -> None:
        """Make the tables of the core once, which each test then gets a copy of."""
        self.say(f"CREATE DATABASE {TEMPLATE}")
        database = Postgresql(self.address(TEMPLATE), "normal")
        with database.open_writer() as connection:
            execute = driver_of(connection).execute
            execute(database.begin)
            migrate(connection, "core", CORE)
            database.commit(connection)
        database.close()

    def database(self, template: str = TEMPLATE) -> str:
        """Make a database like the template, which nobody uses, and return its name."""
        self._count += 1
        name = f"test_{self._count}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.say(f"DROP DATABASE {name} WITH (FORCE)")

    def say(self, statement: str) -> None:
        """Carry out a statement as the superuser."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def _ordinary_user() -> pwd.struct_passwd:
    for name in USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError(f"expected one of the users {', '.join(USERS)} to run PostgreSQL as")
