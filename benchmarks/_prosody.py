"""Prosody with one room that is archived in SQLite, and members that speak XMPP in bare bytes."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from _peers import TEXT, Reached, counted, install, running

from salon.testing.server import free_port

MARKER = b"</body>"
ROOM = "room@conference.localhost"
SETTINGS = """
run_as_root = true
daemonize = false
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
log = {{ error = "{folder}/log" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{}}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
modules_enabled = {{ "roster", "saslauth", "disco", "posix" }}
modules_disabled = {{ "s2s", "tls" }}
storage = {{ muc_log = "sql" }}
sql = {{ driver = "SQLite3", database = "archive.sqlite" }}
VirtualHost "localhost"
Component "conference.localhost" "muc"
    modules_enabled = {{ "muc_mam" }}
    muc_log_all_rooms = true
    muc_room_locking = false
"""
STREAM = (
    "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
)


class XmppMember(asyncio.Protocol):
    """Somebody in the room; counts the messages that come."""

    def __init__(self, number: int, reached: Reached) -> None:
        self.name = f"m{number}"
        self._heard = reached.ear()
        self._rest = b""
        self._seen = b""
        self._wanted = b""
        self._there = asyncio.Event()
        self.in_room = False
        self.transport: asyncio.WriteTransport

    @classmethod
    async def enter(cls, port: int, number: int, reached: Reached) -> "XmppMember":
        loop = asyncio.get_running_loop()
        _, member = await loop.create_connection(lambda: cls(number, reached), "127.0.0.1", port)
        login = base64.b64encode(f"\0{member.name}\0secret".encode()).decode()
        sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
        await member.ask(STREAM, b"</stream:features>")
        await member.ask(f"<auth xmlns='{sasl}' mechanism='PLAIN'>{login}</auth>", b"<success")
        await member.ask(STREAM, b"</stream:features>")
        bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
        await member.ask(f"<iq type='set' id='b'>{bind}</iq>", b"</jid>")
        here = "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>"
        await member.ask(f"<presence to='{ROOM}/{member.name}'>{here}</presence>", b"<subject")
        member.in_room = True
        return member

    async def ask(self, stanza: str, answer: bytes) -> None:
        self._seen, self._wanted = b"", answer
        self._there.clear()
        self.transport.write(stanza.encode())
        async with asyncio.timeout(30):
            await self._there.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.in_room:
            many, self._rest = counted(data, MARKER, self._rest)
            for _ in range(many):
                self._heard()
        self._seen += data
        if self._wanted and self._wanted in self._seen:
            self._wanted = self._seen = b""
            self._there.set()
        elif not self._wanted:
            self._seen = b""


class ProsodyChat:
    """The server and everybody in its room."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.reached = Reached()
        self.members: list[XmppMember] = []
        self._said = 0

    async def say(self) -> None:
        """An XMPP server acknowledges by sending one's own message back."""
        self._said += 1
        member = self.members[self._said % len(self.members)]
        id_ = f"n{self._said}"
        body = f"<body>{TEXT}</body>"
        stanza = f"<message to='{ROOM}' type='groupchat' id='{id_}'>{body}</message>"
        await member.ask(stanza, f"id='{id_}'".encode())


@asynccontextmanager
async def prosody(folder: Path, members: int) -> AsyncIterator[ProsodyChat]:
    """Raises NotPossible where it cannot be installed."""
    program = install("prosody", "prosody", "lua-dbi-sqlite3")
    port = free_port()
    accounts = folder / "data" / "localhost" / "accounts"
    accounts.mkdir(parents=True)
    for number in range(members):
        (accounts / f"m{number}.dat").write_text('return { ["password"] = "secret"; };\n')
    settings = folder / "prosody.cfg.lua"
    settings.write_text(SETTINGS.format(folder=folder, port=port))
    async with running([program, "--config", str(settings)], port, folder) as pid:
        chat = ProsodyChat(pid)
        for number in range(members):
            chat.members.append(await XmppMember.enter(port, number, chat.reached))
        yield chat
