"""Figures for a monitoring program: who may ask, and what they are told."""

import asyncio
import socket

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.core.services.test_voice import talking

from salon.config import ConfigProblems, Metrics, load
from salon.errors import Unavailable
from salon.relay.measures import RoomMeasures, WorkerMeasures
from salon.testing import Person, Server
from salon.testing.server import free_port
from salon.web.metrics_text import text_of

TOKEN = "a token of twenty or more"
PORT = free_port()


async def asked(path: str = "/metrics", *, method: str = "GET", **headers: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as program,
        program.request(method, f"http://127.0.0.1:{PORT}{path}", headers=headers) as answer,
    ):
        return answer.status, await answer.text()


def series(text: str) -> dict[tuple[str, ...], float]:
    """Read it as a monitoring program does: the name of each value and its labels in order."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.settings(metrics={"port": PORT})
async def test_a_monitoring_program_reads_how_voices_and_lines_are_and_no_names(
    server: Server, owner: Person, alice: Person
) -> None:
    await talking(alice)
    room = alice.voice.room_id if alice.voice else ""
    worker = str(server.media_port)
    async with asyncio.timeout(10):
        while True:  # nothing tells of counts
            status, text = await asked()
            told = series(text)
            if ("salon_participant_loss_ratio", alice.id, room, "up") in told:
                break
            await asyncio.sleep(0.1)
    assert status == 200
    assert told["salon_worker_up", worker] == 1
    assert told["salon_worker_cpu_seconds_total", worker] > 0
    assert told["salon_worker_datagrams_received_total", worker] > 0
    assert told["salon_room_peers", room] == 1
    assert told["process_resident_memory_bytes",] > 0
    assert told["salon_room_packets_received_total", room] > 0
    assert told["salon_participant_loss_ratio", alice.id, room, "up"] == 0
    assert 0 <= told["salon_participant_jitter_seconds", alice.id, room, "up"] < 1
    assert "alice" not in text


async def test_without_a_setting_nobody_is_answered(server: Server) -> None:
    with pytest.raises(aiohttp.ClientConnectorError):
        await asked()


@pytest.mark.settings(metrics={"port": PORT})
@pytest.mark.usefixtures("server")
async def test_a_page_of_another_site_reads_nothing_through_a_browser() -> None:
    assert (await asked(Host="rebound.example:80"))[0] == 401
    for host in ("localhost", f"127.0.0.1:{PORT}", "[::1]:80", "[::1]"):
        assert (await asked(Host=host))[0] == 200


@pytest.mark.settings(metrics={"port": PORT, "token": TOKEN})
@pytest.mark.usefixtures("server")
async def test_with_a_token_only_who_has_it_reads() -> None:
    assert (await asked())[0] == 401
    assert (await asked(Authorization="Bearer something else"))[0] == 401
    assert (await asked(Authorization="Bearer \u00e9"))[0] == 401
    assert (await asked(Authorization=f"Bearer {TOKEN}", Host="salon"))[0] == 200


@pytest.mark.settings(metrics={"port": PORT, "token": TOKEN})
@pytest.mark.usefixtures("server")
async def test_a_token_that_is_no_text_is_a_wrong_one() -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: salon\r\nAuthorization: Bearer \xff\xfe\r\n\r\n")
    assert b" 401 " in await reader.readline()
    writer.close()


@pytest.mark.settings(metrics={"port": PORT})
@pytest.mark.usefixtures("server")
async def test_nothing_else_is_there() -> None:
    assert (await asked("/"))[0] == 404
    assert (await asked(method="POST"))[0] == 404


def test_an_address_that_others_reach_needs_a_token() -> None:
    with pytest.raises(ConfigProblems, match="needs a token"):
        load(environ={"SALON_METRICS__HOST": "192.0.2.1"})
    assert Metrics.model_validate({"host": "192.0.2.1", "token": TOKEN}).token == TOKEN


async def test_a_port_that_is_taken_is_said_with_its_setting(server: Server) -> None:
    await server.app.stop()
    with socket.create_server(("127.0.0.1", PORT)):
        changed = server.app.config.model_copy(update={"metrics": Metrics(port=PORT)})
        server.app.config = changed
        with pytest.raises(Unavailable, match=r"metrics\.port"):
            await server.app.start()
    server.app.config = changed.model_copy(update={"metrics": Metrics()})
    await server.app.start()


def test_a_worker_that_is_away_is_down_and_says_nothing_more() -> None:
    room = RoomMeasures(5, 2, 10, 20, {"muted": 3}, None, 0.012)
    there = WorkerMeasures(1, dropped={"junk": 4}, rooms=(room,))
    told = series(text_of([there, WorkerMeasures(2, is_there=False, restarts=7)]).decode())
    ours = {key: value for key, value in told.items() if key[0].startswith("salon_")}
    assert {key[1:]: n for key, n in ours.items() if key[0] == "salon_worker_up"} == {
        ("1",): 1,
        ("2",): 0,
    }
    assert [key for key in ours if key[-1] == "2"] == [
        ("salon_worker_up", "2"),
        ("salon_worker_restarts_total", "2"),
    ]
    assert ours["salon_worker_packets_dropped_total", "junk", "1"] == 4
    assert ours["salon_room_packets_dropped_total", "muted", "5"] == 3
    assert ("salon_room_loss_ratio", "5") not in ours  # not known is not 0
    assert ours["salon_room_jitter_seconds", "5"] == 0.012
