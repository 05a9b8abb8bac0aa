"""The way out of a connection, without a connection."""

from unittest.mock import AsyncMock, Mock

import pytest
from aiohttp import web

from salon_bots.gateway.line import Line

MOST_BYTES = 100


@pytest.fixture
def abort() -> Mock:
    return Mock()


@pytest.fixture
def line(abort: Mock) -> Line:
    socket = AsyncMock(spec=web.WebSocketResponse)
    return Line(socket, abort, compressed=False, most_bytes=MOST_BYTES)


def test_one_frame_larger_than_the_limit_cuts_no_line_on_which_little_waits(
    line: Line, abort: Mock
) -> None:
    line.send(b"hello")
    line.send(b"x" * MOST_BYTES * 2)
    assert not line.is_cut
    abort.assert_not_called()


def test_a_line_on_which_too_much_waits_is_cut_at_the_next_frame(line: Line, abort: Mock) -> None:
    line.send(b"x" * (MOST_BYTES + 1))
    line.send(b"x")
    assert line.is_cut
    abort.assert_called_once_with()
