"""A transcript as files: WebVTT, SubRip, the JSON of the podcast namespace, and plain text.

WebVTT: W3C, WebVTT 1.0; names are voice spans (4.2.2). SubRip has no standard: what players agree
on. JSON: podcast namespace, transcripts.md, version 1.0.0. All of it is what strangers said and how
they call themselves, so nothing of it may end a cue, begin another, or become a tag.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
CUE_MIN_MS = 1  # a cue that ends when it begins is none


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown while it is said; times of the episode."""

    start_ms: int
    end_ms: int
    name: str
    text: str


def vtt(cues: Sequence[Cue]) -> str:
    """Return WebVTT."""
    told = [
        f"{_clock(cue.start_ms, '.')} --> {_clock(_end(cue), '.')}\n"
        f"<v {_vtt_name(cue.name)}>{_vtt_text(cue.text)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *told])


def srt(cues: Sequence[Cue]) -> str:
    """Return SubRip; the name stands before the text."""
    told = [
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(_end(cue), ',')}\n"
        f"{_arrowless(f'{cue.name}: {cue.text}')}\n"
        for number, cue in enumerate(cues, 1)
    ]
    return "\n".join(told)


def as_json(cues: Sequence[Cue]) -> str:
    """Return the JSON of the podcast namespace: seconds."""
    segments = [
        {
            "speaker": cue.name,
            "startTime": cue.start_ms / 1_000,
            "endTime": _end(cue) / 1_000,
            "body": cue.text,
        }
        for cue in cues
    ]
    return json.dumps({"version": "1.0.0", "segments": segments}, ensure_ascii=False)


def plain(cues: Sequence[Cue]) -> str:
    """Return text to read: the name where somebody else goes on, then what they say."""
    told: list[str] = []
    speaking: str | None = None
    for cue in cues:
        name, text = _line(cue.name), _line(cue.text)
        if name == speaking:
            told[-1] += f" {text}"
        else:
            told.append(f"{name}: {text}")
        speaking = name
    return "\n\n".join(told) + "\n" if told else ""


@dataclass(frozen=True, slots=True)
class Format:
    """How a transcript is written, and what the file is called where."""

    media_type: str
    write: Callable[[Sequence[Cue]], str]


FORMATS: Mapping[str, Format] = {  # by the ending of the address
    "vtt": Format("text/vtt", vtt),
    "srt": Format("application/x-subrip", srt),
    "json": Format("application/json", as_json),
    "txt": Format("text/plain", plain),
}


def _end(cue: Cue) -> int:
    return max(cue.end_ms, cue.start_ms + CUE_MIN_MS)


def _clock(moment_ms: int, point: str) -> str:
    """Return hours, minutes, seconds and milliseconds; hours have at least two digits."""
    seconds, milliseconds = divmod(moment_ms, 1_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{milliseconds:03}"


def _line(text: str) -> str:
    """Return a text in one line."""
    return UNSAFE.sub(" ", text).strip()


def _arrowless(text: str) -> str:
    """Return a line that no reader takes for the times of a cue."""
    return _line(text).replace("-->", "->")


def _vtt_text(text: str) -> str:
    return _line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _vtt_name(name: str) -> str:
    """Return a name as the annotation of a voice span, which ends with the first ">"."""
    return _vtt_text(name) or "?"
