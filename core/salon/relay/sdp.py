"""The one offer, with K slots, and the few facts of an answer.

Written and parsed by aiortc's classes, which are quadratic in some lines and raise nearly anything
for hostile text: size and m-lines are judged before, and every exception is one clear refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiortc import (
    RTCIceCandidate,
    RTCIceParameters,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
)
from aiortc.rtcdtlstransport import (
    X509_DIGEST_ALGORITHMS,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
)
from aiortc.sdp import GroupDescription, MediaDescription, SessionDescription, SsrcDescription

from salon.errors import Invalid
from salon.relay.control import CANDIDATES
from salon.relay.ice import Credentials
from salon.relay.room import SLOT_SSRC
from salon.relay.rtp import (
    LEVEL_EXTENSION_ID,
    MID_EXTENSION_ID,
    OPUS_PAYLOAD_TYPE,
    RED_PAYLOAD_TYPE,
)

ANSWER_BYTES = 16 * 1024
MICROPHONE = "mic"
CNAME = "salon"

_PROFILE = "UDP/TLS/RTP/SAVPF"
_DISCARD_PORT = 9
TCP_BEHIND = 36  # of 126: tried, but never chosen where UDP works
_EXTENSIONS = {
    LEVEL_EXTENSION_ID: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    MID_EXTENSION_ID: "urn:ietf:params:rtp-hdrext:sdes:mid",
}
# RFC 7587, 7.1. Without usedtx a quiet passage is sent as it is.
_SPEECH = {"minptime": 10, "useinbandfec": 1, "usedtx": 1}
_MUSIC = {"minptime": 10, "useinbandfec": 1, "stereo": 1, "sprop-stereo": 1}


@dataclass(frozen=True, slots=True)
class Host:
    """Where the server is to be reached, the best address first."""

    addresses: Sequence[str]
    port: int
    tcp_addresses: Sequence[str] = ()


def mids(slots: int) -> tuple[str, ...]:
    return (MICROPHONE, *(f"s{index}" for index in range(slots)))


def offer(
    *,
    slots: int,
    credentials: Credentials,
    fingerprint: RTCDtlsFingerprint,
    host: Host,
    version: int = 1,
    music_bits_per_s: int | None = None,
) -> str:
    """Return the offer: one m-line for the page's microphone, one for each slot.

    A later one to the same connection has a higher version, other credentials, and is an ICE
    restart (RFC 8839, 4.4.3.1.1): the handshake and its keys stay. `music_bits_per_s` is for both
    sides of music together; without it the offer is for speech.
    """
    session = SessionDescription()
    # The address of no one, as browsers write it.
    session.origin = f"- 1 {version} IN IP4 127.0.0.1"
    session.group.append(GroupDescription("BUNDLE", list(mids(slots))))
    session.msid_semantic.append(GroupDescription("WMS", ["*"]))
    for mid in mids(slots):
        payload_types = [OPUS_PAYLOAD_TYPE, RED_PAYLOAD_TYPE]  # second: sent when asked for
        media = MediaDescription("audio", _DISCARD_PORT, _PROFILE, payload_types)
        _describe_sound(media, mid, music_bits_per_s)
        media.ice = RTCIceParameters(
            usernameFragment=credentials.ufrag, password=credentials.password, iceLite=True
        )
        media.dtls = RTCDtlsParameters(fingerprints=[fingerprint], role="auto")
        # In each line: browsers read the first line's candidates of a bundle, aiortc the last's.
        media.ice_candidates = _candidates(host.addresses, host.port)
        if mid == MICROPHONE:
            media.ice_candidates += _candidates(host.tcp_addresses, host.port, is_tcp=True)
        media.ice_candidates_complete = True
        session.media.append(media)
    return str(session).replace("a=rtcp-mux\r\n", "a=rtcp-mux\r\na=rtcp-rsize\r\n")


def _describe_sound(media: MediaDescription, mid: str, music_bits_per_s: int | None) -> None:
    media.host = "0.0.0.0"  # noqa: S104 the address of a line with candidates (RFC 8839, 4.2.1)
    media.rtcp_port, media.rtcp_host, media.rtcp_mux = _DISCARD_PORT, media.host, True
    media.rtp.muxId = mid
    media.rtp.headerExtensions = [
        RTCRtpHeaderExtensionParameters(id=id_, uri=uri) for id_, uri in _EXTENSIONS.items()
    ]
    opus = RTCRtpCodecParameters("audio/opus", 48_000, 2, OPUS_PAYLOAD_TYPE)
    if music_bits_per_s is None:
        opus.parameters.update(_SPEECH)
    else:
        opus.parameters.update(_MUSIC, maxaveragebitrate=music_bits_per_s)
    red = RTCRtpCodecParameters("audio/red", 48_000, 2, RED_PAYLOAD_TYPE)
    red.parameters = {f"{OPUS_PAYLOAD_TYPE}/{OPUS_PAYLOAD_TYPE}": None}
    media.rtp.codecs = [opus, red]
    if mid == MICROPHONE:
        media.direction = "recvonly"
        return
    media.direction = "sendonly"
    media.msid = f"{mid} {mid}"
    # Without an SSRC that belongs to the m-line, browsers connect and stay silent for ever.
    media.ssrc = [SsrcDescription(SLOT_SSRC + int(mid[1:]), cname=CNAME)]


def _candidates(
    addresses: Sequence[str], port: int, *, is_tcp: bool = False
) -> list[RTCIceCandidate]:
    type_preference = 126 - TCP_BEHIND if is_tcp else 126  # RFC 8445, 5.1.2.1; RFC 6544, 4.2
    return [
        RTCIceCandidate(
            component=1,
            foundation=str(rank + 1 + (CANDIDATES if is_tcp else 0)),
            ip=address,
            port=port,
            priority=type_preference << 24 | (65_535 - rank) << 8 | 255,
            protocol="tcp" if is_tcp else "udp",
            type="host",
            tcpType="passive" if is_tcp else None,
        )
        for rank, address in enumerate(addresses[:CANDIDATES])
    ]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is used of an answer: nothing else, addresses least of all."""

    fingerprints: Mapping[str, str]  # of the promised certificate, algorithm to upper-case value
    takes_red: bool


def facts_of(answer: str, *, slots: int) -> Facts:
    """Return what the answer promises. Raises Invalid."""
    media = _parsed(answer, slots)
    if tuple(line.rtp.muxId for line in media) != mids(slots):
        raise Invalid(
            "the answer's lines are not the offer's, in their order",
            field="sdp",
            reason="sound_answer",
        )
    if any(line.kind != "audio" for line in media):
        raise Invalid("the answer has a line that is not audio", field="sdp", reason="sound_answer")
    first = media[0]
    if first.dtls is None or first.dtls.role != "client":
        raise Invalid("the answer must say a=setup:active", field="sdp", reason="sound_answer")
    if OPUS_PAYLOAD_TYPE not in first.fmt:
        raise Invalid("the answer does not take Opus", field="sdp", reason="sound_answer")
    found = {
        fingerprint.algorithm.lower(): fingerprint.value.upper()
        for fingerprint in first.dtls.fingerprints
        if fingerprint.algorithm.lower() in X509_DIGEST_ALGORITHMS
    }
    if not found:
        raise Invalid(
            "the answer has no fingerprint by sha-256, sha-384 or sha-512",
            field="sdp",
            reason="sound_answer",
        )
    takes_red = all(RED_PAYLOAD_TYPE in line.fmt for line in media[1:])
    return Facts(found, takes_red)


def _parsed(answer: str, slots: int) -> list[MediaDescription]:
    size = len(answer.encode("utf-8", "replace"))
    if size > ANSWER_BYTES:
        raise Invalid(
            f"the answer has {size} bytes, at most {ANSWER_BYTES}",
            field="sdp",
            reason="sound_answer",
        )
    lines = sum(line.startswith("m=") for line in answer.splitlines())
    if lines != slots + 1:
        raise Invalid(
            f"the answer has {lines} m-lines, expected {slots + 1}",
            field="sdp",
            reason="sound_answer",
        )
    try:
        return list(SessionDescription.parse(answer).media)
    except Exception as error:  # the parser raises six kinds for hostile text
        raise Invalid("the answer is no SDP", field="sdp", reason="sound_answer") from error
