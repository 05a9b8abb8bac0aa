"""Transcripts as files: what players read, whatever people are called and say."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon_recording.transcript.formats import Cue, as_json, plain, srt, vtt

TALK = [
    Cue(1_500, 3_250, "June", "Who is in the lift?"),
    Cue(3_250, 3_250, "June", "All of us."),
    Cue(3_725_004, 3_726_000, "Wen <&> Li", "Six & a cake --> raspberry <b>"),
]
VTT_TIMES = r"\d{2,}:[0-5]\d:[0-5]\d\.\d{3} --> \d{2,}:[0-5]\d:[0-5]\d\.\d{3}"
SRT_TIMES = VTT_TIMES.replace(r"\.", ",")


def test_webvtt_names_who_speaks() -> None:
    told = vtt(TALK)
    assert told.startswith("WEBVTT\n\n")
    assert "00:00:01.500 --> 00:00:03.250\n<v June>Who is in the lift?\n" in told
    assert "01:02:05.004 --> 01:02:06.000\n" in told
    assert "<v Wen &lt;&amp;&gt; Li>Six &amp; a cake --&gt; raspberry &lt;b&gt;" in told


def test_subrip_counts_from_one_and_never_shows_nothing_for_no_time() -> None:
    first, second, third = srt(TALK).strip().split("\n\n")
    assert first == "1\n00:00:01,500 --> 00:00:03,250\nJune: Who is in the lift?"
    assert second.startswith("2\n00:00:03,250 --> 00:00:03,251\n")
    assert third.count("-->") == 1


def test_json_is_what_the_podcast_namespace_wants() -> None:
    told = json.loads(as_json(TALK))
    assert told["version"] == "1.0.0"
    assert told["segments"][0] == {
        "speaker": "June", "startTime": 1.5, "endTime": 3.25, "body": "Who is in the lift?",
    }  # fmt: skip


def test_plain_text_says_a_name_once_while_nobody_else_speaks() -> None:
    assert plain(TALK).startswith("June: Who is in the lift? All of us.\n\nWen <&> Li: Six")
    assert plain([]) == ""


PIECES = ["a", " ", "\n", "\r", "-->", "<", ">", "&", "\u2028", "\x00", "\x85", "1"]
NASTY = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@pytest.mark.parametrize(("write", "times"), [(vtt, VTT_TIMES), (srt, SRT_TIMES)])
@given(name=NASTY, text=NASTY)
def test_nothing_that_is_said_ends_a_cue_or_begins_one(
    write: object, times: str, name: str, text: str
) -> None:
    assert callable(write)
    told = write([Cue(0, 1_000, name, text), Cue(1_000, 2_000, name, text)])
    assert len(re.findall(f"^{times}$", told, re.MULTILINE)) == 2
    assert told.count("-->") == 2
    assert len(told.splitlines()) == len(write([Cue(0, 1, "a", "b")] * 2).splitlines())
