"""What tests of the plugin share: events that are planned, and a clock that is pushed to them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from salon.store import jobs as stored
from salon.store.base import CoreTransaction
from salon.testing import Person, Server

PARIS = ZoneInfo("Europe/Paris")

Plan = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[[], Awaitable[None]]


def wall(at: datetime) -> str:
    """Return what a clock in Paris shows, as commands have it."""
    return at.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M")


async def listed(person: Person, which: str = "coming") -> list[dict[str, Any]]:
    answer = await person.command("events.list", which=which)
    events: list[dict[str, Any]] = answer["events"]
    return events


async def fetched(
    person: Person, url: str, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes, Mapping[str, str]]:
    """Return what a program gets at an address: status, text and headers."""
    path = urlsplit(url).path
    async with person.web.get(path, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


@pytest.fixture
def plan(server: Server, owner: Person) -> Plan:
    """`await plan(in_min=60)` plans an event for an hour from now: its ids."""

    async def plan(by: Person = owner, *, in_min: float = 60, **fields: Any) -> dict[str, Any]:
        starts = wall(server.clock.now() + timedelta(minutes=in_min))
        asked = {"title": "Open stage", "starts": starts, "zone": "Europe/Paris", "lasts_min": 60}
        return await by.command("events.plan", **(asked | fields))

    return plan


@pytest.fixture
def look(server: Server) -> Look:
    """Let the server do what is due now, as its schedules do."""

    def due(tx: CoreTransaction) -> None:
        for name in ("extend", "doors", "reminders"):
            stored.add(tx, "events", name, {}, tx.now)

    async def look() -> None:
        await server.app.store.write(due)
        await server.settled()

    return look
