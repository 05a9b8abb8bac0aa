"""Forms of strangers: read flat, or refused at once."""

from collections.abc import Mapping

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from salon_bots.errors import DiscordError
from salon_bots.rest import bodies


def test_a_form_within_a_form_is_refused_before_it_is_parsed() -> None:
    level = b'--b\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    with pytest.raises(DiscordError):
        bodies._payload_part('multipart/form-data; boundary="b"', level * 1_000)


def test_the_json_of_a_form_is_found() -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n'
    found = bodies._payload_part('multipart/form-data; boundary="b"', head + b"{}\r\n--b--")
    assert found.strip() == b"{}"


DOUBTFUL = {
    "a key twice": b'{"content": "a", "content": "b"}',
    "a key twice deep down": b'{"embeds": [{"title": "a", "title": "b"}]}',
    "no number": b'{"content": NaN}',
    "infinity": b'{"content": 1e999}',
    "an id over 63 bits": b'{"nonce": 9223372036854775808}',
    "half a character": b'{"content": "\\ud800"}',
    "NUL": b'{"content": "\\u0000"}',
    "no UTF-8": b'{"content": "\xff"}',
    "a mark of the order of bytes": b"\xef\xbb\xbf{}",
    "two values": b"{} {}",
    "deeper than 32": b'{"a":' * 33 + b"1" + b"}" * 33,
}


@pytest.mark.parametrize("body", DOUBTFUL.values(), ids=DOUBTFUL)
async def test_json_that_two_readers_would_take_differently_is_refused(body: bytes) -> None:
    with pytest.raises(DiscordError, match="invalid JSON"):
        await bodies.fields(_request("application/json", body))


def test_ids_come_as_numbers_too_as_libraries_send_them() -> None:
    assert bodies._decoded(b'{"id": 9223372036854775807}') == {"id": 2**63 - 1}


PART = b'--x\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{}\r\n'
FORMS: Mapping[str, tuple[str, bytes]] = {
    "a field twice": ("application/x-www-form-urlencoded", b"content=a&content=b"),
    "a payload twice": (
        "application/x-www-form-urlencoded",
        b"payload_json=%7B%7D&payload_json=%7B%7D",
    ),
    "a part twice": (
        "multipart/form-data; boundary=x",
        PART * 2 + b"--x--\r\n",
    ),
    "a part in base64": (
        "multipart/form-data; boundary=x",
        PART.replace(b"\r\n\r\n{}", b"\r\nContent-Transfer-Encoding: base64\r\n\r\ne30=")
        + b"--x--\r\n",
    ),
    "text that is not UTF-8": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\n\xff\r\n--x--\r\n',
    ),
}


@pytest.mark.parametrize(("content_type", "body"), FORMS.values(), ids=FORMS)
async def test_a_form_that_two_readers_would_take_differently_is_refused(
    content_type: str, body: bytes
) -> None:
    with pytest.raises(DiscordError):
        await bodies.fields(_request(content_type, body))


def _request(content_type: str, body: bytes) -> web.Request:
    request = make_mocked_request("POST", "/", headers={"Content-Type": content_type})
    request._read_bytes = body  # as the server leaves it
    return request
