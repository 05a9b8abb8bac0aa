"""How pages reach the server: by cables, or by the forwarder where that is not permitted."""

import os
from pathlib import Path

import pytest
from _ways import Forwarded, Wired, laid_ways, open_ways

from salon.testing.fixtures import lacking
from salon.testing.line import DEAD, FINE, LOOPBACK, Weather
from salon.testing.server import free_port


async def test_without_the_rights_the_forwarder_stands_for_cables_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1_000)
    with laid_ways(2, tmp_path) as ways:
        assert "made by root only: the forwarder on loopback stands" in capsys.readouterr().err
        async with open_ways(ways, free_port()):
            assert all(isinstance(way, Forwarded) for way in ways)
            assert {way.address for way in ways} == {LOOPBACK}
            assert len({way.port for way in ways}) == 2
            ways[0].change(Weather(lost=0.2), DEAD)
            assert (ways[0].line.up.weather.lost, ways[0].line.down.weather) == (0.2, DEAD)
            assert ways[1].line.up.weather == FINE


async def test_over_a_cable_the_kernel_loses_and_the_forwarder_does_only_what_it_cannot(
    tmp_path: Path,
) -> None:
    with laid_ways(1, tmp_path) as (way,):
        if not isinstance(way, Wired):
            lacking("no network of its own is permitted here")
        media_port = free_port()
        async with open_ways([way], media_port):
            assert way.port == media_port
            way.change(Weather(lost=0.2, kbit_per_s=64), Weather(jitter_s=0.06))
            assert (way.line.up.weather, way.line.down.weather) == (FINE, Weather(jitter_s=0.06))
            assert [one.given for one in way.carried()] == [0, 0]
