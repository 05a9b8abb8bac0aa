"""What goes to a push service: the example of RFC 8291, and a reader that is not ours."""

import json
import os
from datetime import UTC, datetime

import http_ece
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from salon.services.web_push import (
    CONTENT_MAX,
    ServerKey,
    decoded,
    encoded,
    is_point,
    point_of,
    seal,
)

AT = datetime(2026, 11, 30, tzinfo=UTC)


def bytes_of(text: str) -> bytes:
    found = decoded(text)
    assert found is not None
    return found


def test_the_example_of_the_standard_comes_out_to_the_byte() -> None:
    own = int.from_bytes(bytes_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
    sealed = seal(
        b"When I grow up, I want to be a watermelon",
        bytes_of(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        bytes_of("BTBZMqHH6r4Tts7J_aSIgg"),
        padded_to=41,
        own=ec.derive_private_key(own, ec.SECP256R1()),
        salt=bytes_of("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encoded(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("size", [0, 1, 40, CONTENT_MAX])
def test_another_library_opens_it_and_no_size_shows(size: int) -> None:
    device, secret, content = ec.generate_private_key(ec.SECP256R1()), os.urandom(16), b"x" * size
    sealed = seal(content, point_of(device.public_key()), secret)
    opened = http_ece.decrypt(  # type: ignore[no-untyped-call]
        sealed, private_key=device, auth_secret=secret
    )
    assert opened == content
    assert len(sealed) == CONTENT_MAX + 103  # what stands before it, the mark of its end, the tag


def test_more_than_a_push_holds_is_not_sealed() -> None:
    device = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="at most"):
        seal(bytes(CONTENT_MAX + 1), point_of(device.public_key()), bytes(16))


def test_a_push_service_can_tell_who_sends_and_for_whom() -> None:
    header = ServerKey(ServerKey.fresh()).authorization(
        "https://push.example:443/a/b?c=d", AT, "https://salon.example"
    )
    scheme, token, public = header.replace(",", "").split(" ")
    head, claims, signature = token.removeprefix("t=").split(".")
    assert scheme == "vapid"
    assert json.loads(bytes_of(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(bytes_of(claims)) == {
        "aud": "https://push.example",
        "exp": int(AT.timestamp()) + 12 * 3_600,
        "sub": "https://salon.example",
    }
    both = bytes_of(signature)
    r, s = int.from_bytes(both[:32]), int.from_bytes(both[32:])
    point = bytes_of(public.removeprefix("k="))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    signed = f"{head}.{claims}".encode()
    key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("public", [b"", bytes(65), b"\x04" + bytes(64), b"\x02" + bytes(32)])
def test_what_is_no_point_of_the_curve_is_not_sealed_for(public: bytes) -> None:
    assert not is_point(public)


@pytest.mark.parametrize("text", ["a", "é", "a b c d", "++//", "AAAA\n"])
def test_what_is_no_base64_of_addresses_is_nothing(text: str) -> None:
    assert decoded(text) is None
