"""What the doctor finds at each hop when it is as it should be, and when it is not."""

import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from string import Formatter

import pytest
import yaml
from aiohttp import web
from pydantic import SecretStr
from tests.core.services.turn_server import SECRET, running

from salon.clock import SystemClock
from salon.config import Server as ServerSettings
from salon.config import Turn
from salon.ids import new_secret
from salon.services import doctor, hop_words, outer_hops, voice_hops
from salon.services.hops import Hop
from salon.services.inner_hops import clock_hop, database_hop, disk_hop
from salon.services.outer_hops import outer_hops as outside
from salon.services.trials import tried
from salon.services.voice_hops import voice_hops as voices
from salon.testing import Person, Refused, Server
from salon.testing.server import free_port
from salon.web.doors import own_addresses
from salon.web.tls import self_signed

SOURCES = Path(hop_words.__file__).parents[1]
LOOPBACK = "127.0.0.1"


def reasons(hops: tuple[Hop, ...]) -> list[str]:
    return [hop.reason for hop in hops]


# -- the words


def test_every_reason_has_its_words_in_both_languages_with_the_same_facts() -> None:
    assert hop_words.TITLES["en"].keys() == hop_words.TITLES["fr"].keys()
    english, french = hop_words.IN_ENGLISH, hop_words.IN_FRENCH
    assert english.keys() == french.keys()
    for reason, said in english.items():
        for ours, theirs in zip(said, french[reason], strict=True):
            assert bool(ours) == bool(theirs), reason
            assert facts_in(ours) == facts_in(theirs), reason
        assert reason.partition(".")[0] in hop_words.ENGLISH


def facts_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_reason_that_is_found_has_words_and_no_words_are_left_over() -> None:
    texts = [file.read_text("utf-8") for file in SOURCES.glob("**/*.py")]
    found = {
        reason for text in texts for reason in re.findall(r'Hop\("\w+", "\w+", "([^"]+)"', text)
    }
    assert found == hop_words.IN_ENGLISH.keys()


# -- before the server


@asynccontextmanager
async def standing(
    answer: Callable[[web.BaseRequest], web.StreamResponse], tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Have something stand at the public address; give it."""

    async def answered(request: web.BaseRequest) -> web.StreamResponse:
        response = answer(request)
        if isinstance(response, web.WebSocketResponse):
            await response.prepare(request)
            await response.close()
        return response

    runner = web.ServerRunner(web.Server(answered))
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, LOOPBACK, port, ssl_context=tls).start()
    try:
        yield f"{'http' if tls is None else 'https'}://localhost:{port}"
    finally:
        await runner.cleanup()


def ours(request: web.BaseRequest) -> web.StreamResponse:
    if request.path == "/socket":
        return web.WebSocketResponse()
    return web.json_response({"ok": True})


async def seen(url: str | None) -> dict[str, Hop]:
    hops = await outside(ServerSettings(public_url=url), SystemClock())
    return {hop.name: hop for hop in hops}


async def test_a_way_without_faults_is_told_hop_by_hop() -> None:
    async with standing(ours) as url:
        hops = await seen(url)
    assert [hop.state for hop in hops.values()] == ["ok"] * 4
    assert list(hops) == ["name", "certificate", "web", "live"]


@pytest.mark.parametrize(
    ("status", "reason"), [(421, "web.host"), (502, "web.gateway"), (404, "web.another")]
)
async def test_a_proxy_that_does_not_reach_the_server_is_told_by_how_it_fails(
    status: int, reason: str
) -> None:
    async with standing(lambda _: web.Response(status=status)) as url:
        hops = await seen(url)
    assert (hops["web"].state, hops["web"].reason) == ("bad", reason)
    assert hops["live"].reason == "live.unseen"


async def test_something_else_at_the_address_is_not_taken_for_the_server() -> None:
    async with standing(lambda _: web.json_response(["welcome"])) as url:
        assert (await seen(url))["web"].reason == "web.another"


async def test_a_proxy_that_lets_no_live_line_through_is_told() -> None:
    def without(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=400) if request.path == "/socket" else ours(request)

    async with standing(without) as url:
        hops = await seen(url)
    assert (hops["live"].reason, hops["live"].facts["status"]) == ("live.refused", "400")


def certified(folder: Path) -> ssl.SSLContext:
    file = folder / "cert.pem"
    file.write_bytes(self_signed({"localhost"}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_that_browsers_refuse_is_told_and_no_hop_behind_it_blamed(
    tmp_path: Path,
) -> None:
    async with standing(ours, certified(tmp_path)) as url:
        hops = await seen(url)
    assert (hops["certificate"].state, hops["certificate"].reason) == ("bad", "certificate.invalid")
    assert (hops["web"].reason, hops["live"].reason) == ("web.answers", "live.stands")


@pytest.mark.parametrize(("days", "state"), [(3, "warn"), (60, "ok")])
async def test_a_certificate_is_told_with_the_days_it_has_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, days: int, state: str
) -> None:
    now = datetime.now(UTC)

    async def until(_host: str, _port: int) -> datetime:
        return now + days * outer_hops.DAY + outer_hops.DAY / 2

    monkeypatch.setattr(outer_hops, "_valid_until", until)
    async with standing(ours, certified(tmp_path)) as url:
        found = (await seen(url))["certificate"]
    assert (found.state, found.facts["days"]) == (state, str(days))


async def test_without_a_public_address_or_with_one_that_nobody_knows_only_that_is_told() -> None:
    assert reasons(tuple((await seen(None)).values())) == ["name.unset"]
    unknown = await seen("https://nobody-has-this-name.invalid")
    assert reasons(tuple(unknown.values())) == ["name.unknown"]


async def test_what_does_not_answer_from_here_is_not_called_broken() -> None:
    hops = await seen(f"https://localhost:{free_port()}")
    assert [hop.state for hop in hops.values()] == ["ok", "unseen", "unseen", "unseen"]


async def test_people_who_come_by_http_are_told_to_have_no_microphone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outer_hops, "LOCAL", frozenset())
    assert (await seen(f"http://localhost:{free_port()}"))[
        "certificate"
    ].reason == "certificate.none"


# -- the port of voices and the TURN server


async def test_the_port_of_voices_answers_by_udp_and_tcp(server: Server, owner: Person) -> None:
    hops = await server.app.services.doctor.voice()
    assert reasons(hops) == ["udp.answers", "tcp.answers"]
    assert hops[0].facts["port"] == str(server.media_port)
    (worker,) = await server.app.services.relay.measure()
    assert worker.peers == 0


async def test_an_address_that_leads_nowhere_is_told(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_hops, "WITHIN_S", 0.3)
    relay, elsewhere = server.app.services.relay, "127.0.0.9"
    await relay.rebind([LOOPBACK], server.media_port, [LOOPBACK, elsewhere])
    (udp, tcp) = await server.app.services.doctor.voice()
    assert (udp.state, udp.reason, udp.facts["address"]) == ("bad", "udp.dropped_here", elsewhere)
    assert (tcp.state, tcp.reason) == ("warn", "tcp.dropped_here")
    monkeypatch.setattr(voice_hops, "_is_loopback", lambda address: address == LOOPBACK)
    (udp, tcp) = await server.app.services.doctor.voice()
    assert (udp.state, udp.reason) == ("unseen", "udp.no_way_back")
    assert (tcp.state, tcp.reason) == ("unseen", "tcp.no_way_back")


def test_a_configured_address_that_is_silent_is_compared_with_where_the_name_leads() -> None:
    named = {"host": "salon.example", "addresses": "2001:db8::7, 203.0.113.7"}
    leads, unknown = Hop("name", "ok", "name.leads", named), Hop("name", "warn", "name.unset")
    silent = Hop("udp", "unseen", "udp.no_way_back", {"port": "8081", "address": "203.0.113.8"})
    (told,) = voice_hops.beside_the_name((silent,), leads, [ip_address("203.0.113.8")])
    assert (told.state, told.reason) == ("unseen", "udp.elsewhere")
    english = hop_words.words_of(told, "en")
    assert "media: {addresses: [2001:db8::7, 203.0.113.7]}" in english.fix
    yaml.safe_load(english.fix.partition("write ")[2].partition(", or")[0])
    for name, configured in (
        (unknown, ["203.0.113.8"]),
        (leads, []),
        (Hop("name", "ok", "name.leads", named | {"addresses": "203.0.113.8"}), ["203.0.113.8"]),
    ):
        assert voice_hops.beside_the_name((silent,), name, configured) == (silent,)


async def test_voices_that_were_moved_are_looked_at_where_they_are(
    server: Server, owner: Person
) -> None:
    config = server.app.config
    media = config.media.model_copy(update={"addresses": (ip_address("127.0.0.9"),)})
    await server.app.reload(config.model_copy(update={"media": media}))
    assert server.app.services.doctor.media == media


async def through(server: Server, address: str, secret: str = SECRET) -> tuple[Hop, ...]:
    offer = await tried(server.app.services.relay, new_secret(16))
    turn = Turn(servers=(address,), secret=SecretStr(secret))
    return await voices(offer, turn, own_addresses(), server.clock)


@pytest.mark.parametrize("by", ["udp", "tcp"])
async def test_through_a_turn_server_the_port_of_voices_is_reached(
    server: Server, owner: Person, tmp_path: Path, by: str
) -> None:
    async with running(tmp_path) as port:
        hops = await through(server, f"turn:127.0.0.1:{port}?transport={by}")
    assert reasons(hops) == ["udp.answers", "tcp.answers", "turn.leads"]


async def test_a_turn_server_that_may_send_to_this_server_alone_leads_here(
    server: Server, owner: Person, tmp_path: Path
) -> None:
    own = next(address for address in own_addresses() if ":" not in address)
    running_md = (SOURCES.parents[1] / "docs" / "running.md").read_text("utf-8")
    lines = [line for line in running_md.splitlines() if "-peer-ip=" in line]
    assert [line.partition("=")[0] for line in lines] == [
        *["denied-peer-ip"] * 2,
        "allowed-peer-ip",
    ]
    only_here = [line.replace("203.0.113.7", own) for line in lines]
    async with running(tmp_path, options=only_here) as port:
        hops = await through(server, f"turn:127.0.0.1:{port}")
    assert hops[2].reason == "turn.leads"


async def test_a_turn_server_with_another_secret_is_told_to_refuse(
    server: Server, owner: Person, tmp_path: Path
) -> None:
    async with running(tmp_path) as port:
        hops = await through(server, f"turn:127.0.0.1:{port}", "another secret of theirs")
    assert (hops[2].reason, hops[2].facts["problem"]) == ("turn.refused", "401")


async def test_a_turn_server_that_may_not_send_here_is_told(
    server: Server, owner: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_hops, "WITHIN_S", 0.5)
    denied = [f"denied-peer-ip={address}" for address in (LOOPBACK, *own_addresses())]
    async with running(tmp_path, options=denied) as port:
        hops = await through(server, f"turn:127.0.0.1:{port}?transport=tcp")
    assert hops[2].reason == "turn.leads_nowhere"


async def test_a_turn_server_that_is_not_there_is_told(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_hops, "TURN_WITHIN_S", 0.5)
    for by in ("udp", "tcp"):
        hops = await through(server, f"turn:127.0.0.1:{free_port()}?transport={by}")
        assert hops[2].reason == "turn.silent"


# -- what the server stands on


def test_a_disk_is_told_by_how_much_is_free(tmp_path: Path) -> None:
    assert disk_hop(tmp_path / "not" / "yet", 1).reason == "disk.free"
    assert disk_hop(tmp_path, 10**9).reason == "disk.full"


async def test_a_database_that_takes_nothing_is_broken(server: Server) -> None:
    assert (await database_hop(server.app.store.is_writable)).reason == "database.answers"

    async def silent() -> bool:
        return False

    assert (await database_hop(silent)).state == "bad"


def test_a_clock_is_asked_of_the_kernel() -> None:
    assert clock_hop().state in {"ok", "warn", "unseen"}


# -- who may look


async def test_the_keeper_reads_the_hops_in_their_language(owner: Person) -> None:
    hops = (await owner.command("server.examine", language="fr"))["hops"]
    titles = [hop["title"] for hop in hops]
    assert titles == ["Nom", "Voix, UDP", "Voix, TCP", "Base de données", "Disque", "Horloge"]


async def test_the_doctor_looks_for_those_who_keep_the_server_and_not_without_end(
    owner: Person, alice: Person
) -> None:
    with pytest.raises(Refused) as refused:
        await alice.command("server.examine")
    assert refused.value.code == "denied"
    for _ in range(doctor.BURST):
        await owner.command("server.examine")
    with pytest.raises(Refused) as refused:
        await owner.command("server.examine")
    assert refused.value.code == "too_many"
