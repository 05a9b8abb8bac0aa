"""The doctor, asked on the server's machine and from a page elsewhere, names what is wrong.

The server stands behind a NAT at `PUBLIC`, with a proxy that has a certificate in front; its name
leads there, and it is told nothing else. The page is in a network of its own, whose end of the
cable is that NAT. From the server nobody is led back in, as with most routers at home.
"""

import asyncio
import json
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml
from _cable import Cable, laid_cable, run
from _figures import NotPossible
from playwright.async_api import Page, expect

from salon.cli.doctor import run as looked
from salon.testing import Person, Server
from salon.testing.browser import DESKTOP, Browsers, Visitor, barriers, chromium
from salon.testing.clock import PushedClock
from salon.testing.fixtures import lacking
from salon.testing.server import free_port
from salon.web import tls

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.own_loop,
    pytest.mark.timeout(120),
    pytest.mark.settings(server={"host": "0.0.0.0"}),  # noqa: S104 for the length of a test
]

NAME = "salon.example"
PUBLIC, NOBODY = "203.0.113.7", "203.0.113.8"
NETWORK = "203.0.113.0/24"  # for documentation (RFC 5737): nothing that is sent there arrives
LOOKS_WITHIN_MS = 10_000
AN_HOUR_AHEAD = "const now = Date.now; Date.now = () => now() + 3_600_000;"
NAT = """
table ip router {{
  chain out {{
    type nat hook output priority -100;
    ip daddr {public} tcp dport {web} dnat to {here}
    ip daddr {public} meta l4proto {{ tcp, udp }} th dport {media} dnat to {here}
  }}
  chain leaving {{ type nat hook postrouting priority 100; masquerade random; }}
  chain direct {{ type filter hook output priority 0; ct original ip daddr {here} drop; }}
  chain closed {{ type filter hook output priority 0; }}
}}
"""
AT_HOME = """
table ip doctor_test {{
  chain out {{
    type nat hook output priority -100;
    ip daddr {public} tcp dport {web} dnat to 127.0.0.1
  }}
  chain leaving {{ type filter hook output priority 0; ip daddr {{ {public}, {nobody} }} reject; }}
  chain arriving {{ type filter hook input priority 0; }}
}}
"""


@pytest.fixture
def cable() -> Iterator[Cable]:
    try:
        with laid_cable() as laid:
            yield laid
    except NotPossible as reason:
        lacking(str(reason))


class Front:
    """A proxy: what browsers say in TLS is handed on as it is."""

    def __init__(self, server_port: int, folder: Path) -> None:
        self.port = free_port()
        self._server_port = server_port
        self.url = f"https://{NAME}:{self.port}"
        self._folder = folder
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._carrying: set[asyncio.Task[None]] = set()

    def show(self, certificate: bytes) -> Path:
        """Have this certificate from now on; return its file."""
        file = self._folder / "front.pem"
        file.write_bytes(certificate)
        self._context.load_cert_chain(file)
        return file

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[None]:
        listening = await asyncio.start_server(
            self._taken,
            "0.0.0.0",  # noqa: S104 for the length of a test
            self.port,
            ssl=self._context,
        )
        try:
            yield
        finally:
            listening.close()
            for task in self._carrying:
                task.cancel()
            await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, before = await asyncio.open_connection("127.0.0.1", self._server_port)
        for one, other in ((reader, before), (behind, writer)):
            task = asyncio.create_task(_carry(one, other), name="front")
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while said := await reader.read(65_536):
            writer.write(said)
            await writer.drain()
    except OSError:
        pass  # the other end has gone
    finally:
        writer.close()


def certificate(monkeypatch: pytest.MonkeyPatch, name: str, *, days_ago: int = 0) -> bytes:
    """Return one that was made then, with its key."""
    then = PushedClock()
    then.advance(days=-days_ago)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(tls, "SystemClock", lambda: then)
        return tls.self_signed({name})


def knowing(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """Return a resolver that knows the name as well."""

    def asked(host: Any, *others: Any, **named: Any) -> Any:
        return resolve(PUBLIC if host == NAME else host, *others, **named)

    return asked


Hops = dict[str, dict[str, str]]  # as the console prints them, by name


class Doctors:
    """The one on the server's machine and the one in the page, asked at the same time."""

    def __init__(
        self, page: Page, server: Server, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.page = page
        self._server = server
        self._folder = folder
        self._capsys = capsys
        self._copy = page.get_by_role("button", name="Copy the report")

    async def ask(self, *, again: bool = True) -> Hops:
        """Return what the console finds at each hop, once the page has looked as well."""
        self._server.clock.advance(seconds=8)  # both are asked at a pace
        _, hops = await asyncio.gather(self._look(again=again), self.console())
        return hops

    async def _look(self, *, again: bool) -> None:
        if again:
            await self.page.get_by_role("button", name="Look again").click()
            await expect(self._copy).to_be_disabled()
        await expect(self._copy).to_be_enabled(timeout=LOOKS_WITHIN_MS)

    async def console(self) -> Hops:
        file, data = self._folder / "config.yaml", self._folder / "data"
        code = await asyncio.to_thread(looked, file, data, "en", as_json=True)
        lines = self._capsys.readouterr().out.splitlines()  # the server's log is among them
        report = json.loads(next(line for line in lines if line.startswith('{"is_well"')))
        assert code == (0 if report["is_well"] else 1)
        return {hop["name"]: hop for hop in report["hops"]}

    async def reads(self, *texts: str | re.Pattern[str]) -> None:
        """Return when all of these stand in the page."""
        for text in texts:
            await expect(self.page.get_by_text(text).first).to_be_visible()


def broken(hops: Hops) -> dict[str, str]:
    return {name: hop["reason"] for name, hop in hops.items() if hop["state"] == "bad"}


@pytest.fixture
async def front(
    server: Server,
    owner: Person,
    cable: Cable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Front]:
    """A proxy that the server knows to be at its public address, with a certificate to trust."""
    monkeypatch.setattr(socket, "getaddrinfo", knowing(socket.getaddrinfo))
    standing = Front(server.port, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(standing.show(certificate(monkeypatch, NAME))))
    file = tmp_path / "config.yaml"
    told = yaml.safe_load(file.read_text("utf-8"))
    told["server"]["public_url"] = standing.url
    file.write_text(yaml.safe_dump(told), "utf-8")
    await server.restart()
    async with standing.standing():
        yield standing


@pytest.fixture
async def doctors(
    server: Server,
    owner: Person,
    front: Front,
    cable: Cable,
    browsers: Browsers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> AsyncIterator[Doctors]:
    monkeypatch.setattr(import_module("salon.cli.doctor"), "configure", lambda *_: None)
    cable.inside("ip", "route", "add", NETWORK, "via", cable.here)
    run("ip", "route", "add", NETWORK, "via", cable.there)
    places = {"public": PUBLIC, "nobody": NOBODY, "here": cable.here}
    ports = {"web": front.port, "media": server.media_port}
    cable.inside("nft", "-f", "-", told=NAT.format(**places, **ports))
    run("nft", "-f", "-", told=AT_HOME.format(**places, **ports))
    program = chromium()
    assert program is not None
    try:
        browser = await browsers.browser(
            extra=[f"--host-resolver-rules=MAP {NAME} {PUBLIC}"],
            program=cable.program(tmp_path, program),
        )
        keeper = await Visitor.open(
            browser, front.url, locale="en-GB", ignore_https_errors=True, viewport=DESKTOP
        )
        await keeper.sign_in(owner.handle, owner.password, at="/admin/doctor")
        yield Doctors(keeper.page, server, tmp_path, capsys)
    finally:
        run("nft", "delete table ip doctor_test")


async def told_to_go(server: Server, address: str) -> None:
    """Have voices go to another address, in the file and in the server that runs."""
    file = server.directory / "config.yaml"
    told = yaml.safe_load(file.read_text("utf-8"))
    told["media"]["addresses"] = [address]
    file.write_text(yaml.safe_dump(told), "utf-8")
    config = server.app.config
    media = config.media.model_copy(update={"addresses": (ip_address(address),)})
    await server.app.reload(config.model_copy(update={"media": media}))


async def test_the_doctor_names_what_is_wrong_on_the_way_and_how_to_mend_it(
    server: Server,
    cable: Cable,
    front: Front,
    doctors: Doctors,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, media = doctors.page, server.media_port

    hops = await doctors.ask(again=False)  # all is well
    assert broken(hops) == {}
    assert (hops["certificate"]["state"], hops["live"]["state"]) == ("ok", "ok")
    assert hops["udp"]["reason"] == "udp.no_way_back"  # so it says to look from the page
    await doctors.reads("Sound gets through, the quick way")

    cable.inside("nft", "add rule ip router closed meta l4proto udp drop")
    assert broken(await doctors.ask()) == {}
    await doctors.reads(
        f"UDP {media} does not come through", "Sound gets through, the slower way", "Takes over"
    )

    cable.inside("nft", f"add rule ip router closed tcp dport {media} drop")
    assert f"pass UDP {media} on" in (await doctors.ask())["udp"]["fix"]
    await doctors.reads("No sound gets through from here", f"On your router, forward UDP {media}")
    assert await barriers(page) == []

    cable.inside("nft", "flush chain ip router closed")
    run("nft", f"add rule ip doctor_test arriving udp dport {media} drop")
    hops = await doctors.ask()
    assert broken(hops) == {"udp": "udp.dropped_here"}
    assert hops["udp"]["fix"].endswith(f"sudo ufw allow {media}/udp")
    await doctors.reads("this machine's firewall drops it", f"sudo ufw allow {media}/udp")

    run("nft", "flush chain ip doctor_test arriving")
    await told_to_go(server, NOBODY)
    await page.route("**/api/address", lambda route: route.fulfill(json={"address": PUBLIC}))
    udp = (await doctors.ask())["udp"]
    assert udp["reason"] == "udp.elsewhere"
    await doctors.reads(f"This page tried {NOBODY}", f"{NAME} leads to {PUBLIC}", udp["fix"])
    await page.get_by_role("button", name="Try it").click()
    await doctors.reads("The server answers there. Have it tell others")

    await told_to_go(server, PUBLIC)
    front.show(certificate(monkeypatch, NAME, days_ago=1_000))
    await page.add_init_script(AN_HOUR_AHEAD)
    await page.reload()
    hops = await doctors.ask(again=False)
    assert broken(hops) == {"certificate": "certificate.invalid"}
    assert "has expired" in hops["certificate"]["said"]
    # The server's clock was pushed by less than a minute.
    apart = re.compile(r"are 3,[56]\d\d s apart")
    await doctors.reads(f"Browsers refuse the certificate of {NAME}", apart)
