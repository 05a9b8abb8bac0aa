"""Whatever a stranger sends is understood or refused, and nothing else."""

from contextlib import suppress

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from salon_bots.errors import DiscordError
from salon_bots.gateway import frames
from salon_bots.rest import bodies

TYPES = (
    "application/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_a_frame_is_read_or_closes_the_connection(raw: str | bytes) -> None:
    with suppress(frames.Closing):
        op, _ = frames.decode(raw)
        assert isinstance(op, int)


def test_a_lone_surrogate_closes_the_connection() -> None:
    with pytest.raises(frames.Closing):
        frames.decode('{"op": 1, "d": "\ud800"}')


@pytest.mark.parametrize(
    "raw", ['{"op": 1, "op": 2}', '{"op": 1, "d": NaN}', '{"op": 1, "d": "\\u0000"}', "[" * 4_000]
)
def test_a_frame_that_two_readers_would_take_differently_closes_the_connection(raw: str) -> None:
    with pytest.raises(frames.Closing) as closed:
        frames.decode(raw)
    assert closed.value.code is frames.Close.DECODE


@given(st.sampled_from(TYPES), st.binary(max_size=200))
async def test_a_body_is_read_or_refused(content_type: str, body: bytes) -> None:
    for content in (body, b"--x\r\n" + body + b"\r\n--x--\r\n"):
        with suppress(DiscordError):
            assert isinstance(await bodies.fields(_request(content_type, content)), dict)


def _request(content_type: str, body: bytes) -> web.Request:
    request = make_mocked_request("POST", "/", headers={"Content-Type": content_type})
    request._read_bytes = body  # as the server leaves it
    return request
