"""Binding requests: what another implementation writes is read, and what we answer it reads."""

import pytest
from aioice import stun as other
from hypothesis import given
from hypothesis import strategies as st
from tests.core.relay.checks import check

from salon.relay import stun
from salon.relay.ice import new_credentials

US = new_credentials()
PASSWORD = US.password.encode()
KEY = stun.Key(US.password)


def test_a_check_of_another_implementation_is_read_and_authentic() -> None:
    datagram = check(US, use_candidate=True)
    request = stun.parse_request(datagram)
    assert request.ufrag == US.ufrag
    assert request.use_candidate
    assert stun.is_authentic(datagram, request, KEY)


def test_a_check_with_another_password_is_not_authentic() -> None:
    datagram = check(US, password="guessed")
    assert not stun.is_authentic(datagram, stun.parse_request(datagram), KEY)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_another_implementation_reads_our_answer(address: str) -> None:
    request = stun.parse_request(check(US))
    answer = other.parse_message(stun.success(request, address, 40_000, KEY))
    assert answer.check_message_integrity(PASSWORD)
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == (address, 40_000)
    assert answer.transaction_id == request.transaction_id


@given(st.data())
def test_no_flipped_bit_stays_authentic(data: st.DataObject) -> None:
    datagram = bytearray(check(US))
    covered = len(datagram) - 8  # up to the fingerprint; without one a check is as good
    bit = data.draw(st.integers(0, covered * 8 - 1))
    datagram[bit // 8] ^= 1 << bit % 8
    try:
        request = stun.parse_request(bytes(datagram))
    except ValueError:
        return
    assert not stun.is_authentic(bytes(datagram), request, KEY)


def test_a_check_with_a_wrong_fingerprint_is_not_authentic() -> None:
    datagram = check(US)
    datagram = datagram[:-1] + bytes((datagram[-1] ^ 1,))
    assert not stun.is_authentic(datagram, stun.parse_request(datagram), KEY)


@given(st.data())
def test_a_check_that_follows_another_is_read_as_if_it_were_the_first(data: st.DataObject) -> None:
    known, following = check(US, use_candidate=True), bytearray(check(US, use_candidate=True))
    form = stun.Form.of(known, stun.parse_request(known))
    assert form.read(bytes(following)) == stun.parse_request(bytes(following))
    cut = data.draw(st.integers(0, 8))
    at = data.draw(st.integers(0, len(following) - cut - 1))
    following[at] = data.draw(st.integers(0, 255))
    changed = bytes(following[: len(following) - cut])
    try:
        whole = stun.parse_request(changed)
    except ValueError:
        assert form.read(changed) is None
        return
    assert form.read(changed) in {None, whole}


def test_a_check_of_another_form_is_not_read_by_it() -> None:
    known = check(US, use_candidate=True)
    form = stun.Form.of(known, stun.parse_request(known))
    assert form.read(check(US)) is None
    assert form.read(check(new_credentials(), use_candidate=True)) is None
    assert form.read(known[:-8]) is None  # without the fingerprint


@given(st.data())
def test_no_cut_check_is_read(data: st.DataObject) -> None:
    datagram = check(US)
    with pytest.raises(ValueError, match=r"\w"):
        stun.parse_request(datagram[: data.draw(st.integers(0, len(datagram) - 1))])


def test_what_follows_the_integrity_is_not_believed() -> None:
    forged = bytearray(check(US)[:-8])  # without the fingerprint
    forged += bytes.fromhex("00250000")  # USE-CANDIDATE
    forged[2:4] = (len(forged) - stun.HEADER_BYTES).to_bytes(2)
    assert not stun.parse_request(bytes(forged)).use_candidate


def test_a_user_name_over_the_limit_is_refused() -> None:
    message = other.Message(other.Method.BINDING, other.Class.REQUEST)
    message.attributes["USERNAME"] = "a:" + "b" * stun.USERNAME_BYTES
    message.add_message_integrity(PASSWORD)
    with pytest.raises(ValueError, match="too long"):
        stun.parse_request(bytes(message))


def test_a_check_without_integrity_is_refused() -> None:
    message = other.Message(other.Method.BINDING, other.Class.REQUEST)
    message.attributes["USERNAME"] = "a:b"
    with pytest.raises(ValueError, match="0x0008"):
        stun.parse_request(bytes(message))
