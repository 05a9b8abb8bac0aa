"""The offer another implementation reads, and answers that are refused."""

from collections.abc import Callable

import pytest
from aiortc.rtcdtlstransport import RTCDtlsFingerprint
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st
from tests.core.relay.conftest import Person

from salon.errors import Invalid
from salon.relay import sdp
from salon.relay.ice import Credentials

SLOTS = 2
OFFER = sdp.offer(
    slots=SLOTS,
    credentials=Credentials("ufragufrag", "p" * 32),
    fingerprint=RTCDtlsFingerprint("sha-256", ":".join(["AB"] * 32)),
    host=sdp.Host(("192.0.2.7", "2001:db8::7"), 8_081),
)


@pytest.fixture(scope="module")
async def answer() -> str:
    person = Person("anna", None)
    text = await person.answer(OFFER)
    await person.close()
    return text


def test_the_offer_has_a_microphone_and_slots_with_their_ssrc() -> None:
    media = SessionDescription.parse(OFFER).media
    assert [(m.rtp.muxId, m.direction) for m in media] == [
        ("mic", "recvonly"),
        ("s0", "sendonly"),
        ("s1", "sendonly"),
    ]
    assert [[s.ssrc for s in m.ssrc] for m in media] == [[], [1_000], [1_001]]
    assert all(m.ice is not None and m.ice.iceLite and m.rtcp_mux for m in media)


def test_the_offer_for_music_asks_for_both_sides_and_for_no_pauses() -> None:
    offer = sdp.offer(
        slots=SLOTS,
        credentials=Credentials("ufragufrag", "p" * 32),
        fingerprint=RTCDtlsFingerprint("sha-256", ":".join(["AB"] * 32)),
        host=sdp.Host(("192.0.2.7",), 8_081),
        music_bits_per_s=128_000,
    )
    lines = [line for line in offer.splitlines() if line.startswith("a=fmtp:111 ")]
    assert len(lines) == SLOTS + 1
    assert set(lines) == {
        "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1;maxaveragebitrate=128000"
    }


def test_the_offer_names_each_address_the_first_one_first() -> None:
    candidates = SessionDescription.parse(OFFER).media[0].ice_candidates
    assert [c.ip for c in candidates] == ["192.0.2.7", "2001:db8::7"]
    assert candidates[0].priority == 2_130_706_431
    assert candidates[0].priority > candidates[1].priority


@pytest.mark.parametrize(
    "line",
    [
        "a=ice-lite",
        "a=rtcp-rsize",
        "a=group:BUNDLE mic s0 s1",
        "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=setup:actpass",
    ],
)
def test_the_offer_says_what_browsers_need(line: str) -> None:
    assert line in OFFER.splitlines()


def test_an_answers_fingerprints_are_found(answer: str) -> None:
    assert set(sdp.facts_of(answer, slots=SLOTS).fingerprints) == {"sha-256", "sha-384", "sha-512"}


def test_an_answer_that_takes_red_in_every_slot_says_so(answer: str) -> None:
    assert not sdp.facts_of(answer, slots=SLOTS).takes_red  # aiortc takes none
    mic, *slots = (line for line in answer.splitlines() if line.startswith("m=audio"))
    assert mic == slots[0]
    head, _, rest = answer.partition(mic)
    everywhere = head + mic + rest.replace(slots[0], f"{slots[0]} 63")
    assert sdp.facts_of(everywhere, slots=SLOTS).takes_red
    in_one = head + mic + rest.replace(slots[0], f"{slots[0]} 63", 1)
    assert not sdp.facts_of(in_one, slots=SLOTS).takes_red


def test_a_fingerprint_at_session_level_is_found(answer: str) -> None:
    lines = answer.splitlines()
    own = next(line for line in lines if line.startswith("a=fingerprint:sha-256"))
    rest = [line for line in lines if not line.startswith("a=fingerprint")]
    text = "\r\n".join([*rest[:4], own, *rest[4:]]) + "\r\n"
    assert set(sdp.facts_of(text, slots=SLOTS).fingerprints) == {"sha-256"}


UNFIT: dict[str, Callable[[str], str]] = {
    "no SDP": lambda _: "hello",
    "nothing": lambda _: "",
    "too large": lambda a: a + "a=x\r\n" * 4_000,
    "too large in bytes": lambda a: a + "a=\u00e9\u00e9\u00e9\u00e9\r\n" * 1_500,
    "a line too many": lambda a: a + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
    "a line too few": lambda a: a[: a.rindex("m=audio")],
    "lines in another order": lambda a: a.replace("a=mid:s0", "a=mid:x").replace("s1", "s0"),
    "video": lambda a: a.replace("m=audio", "m=video", 1),
    "data channel": lambda a: a.replace("m=audio", "m=application", 1),
    "passive": lambda a: a.replace("a=setup:active", "a=setup:passive"),
    "no fingerprint": lambda a: a.replace("a=fingerprint", "a=nothing"),
    "a weak fingerprint": lambda a: (
        a.replace("sha-256", "sha-1").replace("sha-384", "md5").replace("sha-512", "md2")
    ),
    "no Opus": lambda a: a.replace("SAVPF 111", "SAVPF 0"),
    "a lone surrogate": lambda a: a.replace("a=setup:active", "a=setup:\ud800"),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_an_unfit_answer_is_refused_with_one_clear_error(answer: str, kind: str) -> None:
    with pytest.raises(Invalid, match="answer"):
        sdp.facts_of(UNFIT[kind](answer), slots=SLOTS)


@given(st.data())
def test_no_mutated_answer_raises_anything_else(answer: str, data: st.DataObject) -> None:
    lines = answer.splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    cut = data.draw(st.integers(0, len(lines[index])))
    lines[index] = lines[index][:cut] + data.draw(st.text(max_size=20))
    try:
        sdp.facts_of("\r\n".join(lines), slots=SLOTS)
    except Invalid:
        return


def test_a_machine_with_many_addresses_offers_the_first_sixteen() -> None:
    text = sdp.offer(
        slots=1,
        credentials=Credentials("u", "p"),
        fingerprint=RTCDtlsFingerprint("sha-256", "AB"),
        host=sdp.Host([f"192.0.2.{number}" for number in range(40)], 8_081),
    )
    candidates = SessionDescription.parse(text).media[0].ice_candidates
    assert [c.ip for c in candidates] == [f"192.0.2.{number}" for number in range(16)]
