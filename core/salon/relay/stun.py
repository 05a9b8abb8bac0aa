"""Binding requests and their answers, and nothing else of STUN (RFC 8489).

A request is parsed completely or refused with `ValueError`: lengths are exact, no attribute may
reach past the end, and what follows the integrity is not believed, except the fingerprint.
"""

import binascii
import hmac
import socket
import struct
from dataclasses import dataclass

COOKIE = 0x2112A442
HEADER_BYTES = 20
USERNAME_BYTES = 513  # RFC 8489, 14.3

_REQUEST, _SUCCESS = 0x0001, 0x0101
_USERNAME, _INTEGRITY, _XOR_MAPPED_ADDRESS = 0x0006, 0x0008, 0x0020
_USE_CANDIDATE, _FINGERPRINT = 0x0025, 0x8028
_INTEGRITY_BYTES, _FINGERPRINT_BYTES = 20, 4
_FINGERPRINT_XOR = 0x5354554E
_HEADER = struct.Struct("!HHL12s")
_ATTRIBUTE = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """A well-formed request whose integrity has not been looked at yet."""

    transaction_id: bytes
    ufrag: str  # the local half of USERNAME
    use_candidate: bool
    integrity: bytes
    integrity_at: int  # where its attribute begins
    fingerprint: int | None
    fingerprint_at: int


def parse_request(datagram: bytes) -> BindingRequest:
    """Raises ValueError for anything but a complete binding request with user and integrity."""
    if len(datagram) < HEADER_BYTES:
        raise ValueError("shorter than a header")
    type_, length, cookie, transaction_id = _HEADER.unpack_from(datagram)
    if type_ != _REQUEST or cookie != COOKIE:
        raise ValueError("no binding request")
    if length != len(datagram) - HEADER_BYTES or length % 4:
        raise ValueError("length does not agree")
    attributes = _attributes(datagram)
    integrity_at, integrity = _sized(attributes, _INTEGRITY, _INTEGRITY_BYTES)
    fingerprint_at, fingerprint = 0, None
    if _FINGERPRINT in attributes:
        fingerprint_at, value = _sized(attributes, _FINGERPRINT, _FINGERPRINT_BYTES)
        fingerprint = int.from_bytes(value)
    return BindingRequest(
        transaction_id=transaction_id,
        ufrag=_local_ufrag(attributes),
        use_candidate=_USE_CANDIDATE in attributes,
        integrity=integrity,
        integrity_at=integrity_at,
        fingerprint=fingerprint,
        fingerprint_at=fingerprint_at,
    )


def _attributes(datagram: bytes) -> dict[int, tuple[int, bytes]]:
    """Return the first of each type as (where it begins, value)."""
    found: dict[int, tuple[int, bytes]] = {}
    at = HEADER_BYTES
    while at < len(datagram):
        if at + _ATTRIBUTE.size > len(datagram):
            raise ValueError("attribute header is cut")
        type_, size = _ATTRIBUTE.unpack_from(datagram, at)
        begin = at + _ATTRIBUTE.size
        end = begin + size + -size % 4
        if end > len(datagram):
            raise ValueError("attribute reaches past the end")
        if _FINGERPRINT in found:
            raise ValueError("something follows the fingerprint")
        if _INTEGRITY not in found or type_ == _FINGERPRINT:
            found.setdefault(type_, (at, datagram[begin : begin + size]))
        at = end
    return found


def _sized(
    attributes: dict[int, tuple[int, bytes]], type_: int, size_bytes: int
) -> tuple[int, bytes]:
    at, value = attributes.get(type_, (0, b""))
    if len(value) != size_bytes:
        raise ValueError(f"attribute {type_:#06x} is missing or has the wrong size")
    return at, value


def _local_ufrag(attributes: dict[int, tuple[int, bytes]]) -> str:
    _, username = attributes.get(_USERNAME, (0, b""))
    if len(username) > USERNAME_BYTES:
        raise ValueError("user name is too long")
    local, colon, _ = username.decode("ascii").partition(":")
    if not colon or not local:
        raise ValueError("user name has no two halves")
    return local


def is_authentic(datagram: bytes, request: BindingRequest, password: bytes) -> bool:
    """Whether the request was made by somebody who knows the password, and arrived whole."""
    if request.fingerprint is not None:
        covered = datagram[: request.fingerprint_at]
        if request.fingerprint != binascii.crc32(covered) ^ _FINGERPRINT_XOR:
            return False
    expected = _integrity_of(datagram[: request.integrity_at], password)
    return hmac.compare_digest(expected, request.integrity)


def _integrity_of(covered: bytes, password: bytes) -> bytes:
    # The length in the header counts up to and including the integrity (RFC 8489, 14.5).
    size = len(covered) - HEADER_BYTES + _ATTRIBUTE.size + _INTEGRITY_BYTES
    return hmac.digest(password, covered[:2] + struct.pack("!H", size) + covered[4:], "sha1")


def success(request: BindingRequest, ip: str, port: int, password: bytes) -> bytes:
    """Answer an authentic request with the address it came from."""
    body = _attribute(_XOR_MAPPED_ADDRESS, _xored(ip, port, request.transaction_id))
    message = _HEADER.pack(_SUCCESS, len(body), COOKIE, request.transaction_id) + body
    message += _attribute(_INTEGRITY, _integrity_of(message, password))
    size = len(message) - HEADER_BYTES + _ATTRIBUTE.size + _FINGERPRINT_BYTES
    message = message[:2] + struct.pack("!H", size) + message[4:]
    crc = binascii.crc32(message) ^ _FINGERPRINT_XOR
    return message + _attribute(_FINGERPRINT, crc.to_bytes(4))


def _attribute(type_: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(type_, len(value)) + value


def _xored(ip: str, port: int, transaction_id: bytes) -> bytes:
    family, kind = (2, socket.AF_INET6) if ":" in ip else (1, socket.AF_INET)
    address = socket.inet_pton(kind, ip.partition("%")[0])  # a link-local scope stays here
    mask = (COOKIE.to_bytes(4) + transaction_id)[: len(address)]
    masked = int.from_bytes(address) ^ int.from_bytes(mask)
    head = struct.pack("!xBH", family, port ^ (COOKIE >> 16))
    return head + masked.to_bytes(len(address))
