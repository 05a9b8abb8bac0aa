"""Forms of strangers: read flat, or refused at once."""

import pytest

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
