"""What a file is, by its first bytes: what is not surely something else is only a download.

Names and types that a sender claims are never asked. The type that is found is the one that is
sent with the file later, with `nosniff`: a page that hides in a sound stays a sound that does not
play. Signatures: WHATWG MIME Sniffing, section 6; RFC 3533 (Ogg), RFC 9639 (FLAC), RFC 8794 (EBML).
"""

from dataclasses import dataclass

from salon.domain.files import FileKind

HEAD_BYTES = 64  # that have to be known
_MP3_SYNC = 0xE0  # of the second byte of a frame: ISO/IEC 11172-3, 2.4.2.3
_LAYER_3 = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A kind, and the type under which it is sent."""

    kind: FileKind
    media_type: str
    ending: str = ""
    """Of its name afterwards, where it becomes another container."""


OTHER = Found(FileKind.OTHER, "application/octet-stream")
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_SOUNDS = ((b"OggS\x00", "audio/ogg"), (b"fLaC", "audio/flac"), (b"ID3", "audio/mpeg"))
_QUICKTIME = b"qt  "
_M4A = (b"M4A ", b"M4B ")
_MP4 = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"MSNV", b"M4V ")


def of(head: bytes) -> Found:
    """Return what a file is that begins so; `HEAD_BYTES` are enough."""
    return _picture(head) or _sound(head) or _film(head) or OTHER


def _picture(head: bytes) -> Found | None:
    for start, media_type in _PICTURES:
        if head.startswith(start):
            return Found(FileKind.PICTURE, media_type)
    return Found(FileKind.PICTURE, "image/webp") if _is_riff(head, b"WEBP") else None


def _sound(head: bytes) -> Found | None:
    for start, media_type in _SOUNDS:
        if head.startswith(start):
            return Found(FileKind.SOUND, media_type)
    if _is_riff(head, b"WAVE"):
        return Found(FileKind.SOUND, "audio/wav")
    if _brand(head) in _M4A:
        return Found(FileKind.SOUND, "audio/mp4")
    return Found(FileKind.SOUND, "audio/mpeg") if _is_mp3_frame(head) else None


def _film(head: bytes) -> Found | None:
    if _brand(head) == _QUICKTIME:  # what telephones of Apple film; written anew it is an MP4
        return Found(FileKind.FILM, "video/mp4", ".mp4")
    if _brand(head) in _MP4:
        return Found(FileKind.FILM, "video/mp4")
    is_webm = head.startswith(b"\x1a\x45\xdf\xa3") and b"\x42\x82\x84webm" in head
    return Found(FileKind.FILM, "video/webm") if is_webm else None


def _is_riff(head: bytes, form: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == form


def _brand(head: bytes) -> bytes:
    return head[8:12] if head[4:8] == b"ftyp" else b""


def _is_mp3_frame(head: bytes) -> bool:
    """Whether a frame of layer III with a known rate begins; MP3 without tags starts with it."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & _MP3_SYNC != _MP3_SYNC:  # noqa: PLR2004
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    reserved = version == 1 or bitrate in {0, 15} or rate == 3  # noqa: PLR2004
    return layer == _LAYER_3 and not reserved
