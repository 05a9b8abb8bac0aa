"""What a file is, its first bytes say; what is not sure is a download."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.domain.files import FileKind
from salon.files import kinds

SURE = (
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
    (b"GIF89a\x01\0", "image/gif"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
    (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
    (b"OggS\0\x02", "audio/ogg"),
    (b"fLaC\0\0\0\x22", "audio/flac"),
    (b"ID3\x04\0\0", "audio/mpeg"),
    (b"\xff\xfb\x90\x64", "audio/mpeg"),
    (b"\0\0\0\x20ftypM4A \0\0\0\0", "audio/mp4"),
    (b"\0\0\0\x20ftypisom\0\0\x02\0", "video/mp4"),
    (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/mp4"),
    (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf2\x81\x04\x42\x82\x84webm", "video/webm"),
)
ONLY_DOWNLOADS = (
    b"",
    b"\xff",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<!doctype html><script>alert(1)</script>",
    b"\xef\xbb\xbf<html>",
    b"%PDF-1.7",
    b"PK\x03\x04",
    b"\xff\xfe<\0h\0t\0m\0l\0",
    b"BM\x46\0\0\0",
    b"II*\0",
    b"\0\0\0\x20ftypavif",
    b"\0\0\0\x20ftypheic",
    b"\x1a\x45\xdf\xa3\x42\x82\x88matroska",
    b"RIFF\x10\0\0\0AVI ",
    b"#!/bin/sh\n",
    b"MZ\x90\0",
)


@pytest.mark.parametrize(("head", "media_type"), SURE)
def test_a_signature_says_the_type(head: bytes, media_type: str) -> None:
    assert kinds.of(head).media_type == media_type


@pytest.mark.parametrize("head", ONLY_DOWNLOADS)
def test_everything_else_is_a_download(head: bytes) -> None:
    assert kinds.of(head) == kinds.OTHER


@given(st.binary(max_size=kinds.HEAD_BYTES))
def test_any_beginning_is_something_and_never_text_or_a_page(head: bytes) -> None:
    found = kinds.of(head)
    assert found.media_type.split("/")[0] in {"image", "audio", "video", "application"}
    assert (found.kind is FileKind.OTHER) == (found.media_type == "application/octet-stream")
    assert "svg" not in found.media_type
