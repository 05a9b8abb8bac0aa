"""What the process is asked to make. JSON in, values out.

    {"segments": [{"kind": "take", "parts_s": [[12.0, 61.5], …],
                   "sources": [{"path": "…/7.opus", "voice": "7",
                                "silent_s": [[20.0, 24.5], …]}, …]},
                  {"kind": "piece", "parts_s": [[0.0, 8.0]], "sources": [{"path": "…"}]}],
     "title": "…", "artist": "…", "album": "…", "comment": "…", "date": "2026-11-25",
     "chapters": [[0, "…"], [61.5, "…"]], "cover": "…/cover.png", "target": "…/12-1.mp3"}

Segments follow one another; the sources of one lie side by side. Parts are times of the take, or of
the piece; chapters those of the episode. `voice` is whose it is, and stands in who speaks when; it
is not heard where it is silent.
With `"formats": ["mp3"]` only those are made, and nothing beside them.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salon_recording.ogg import SAMPLE_RATE_HZ

FORMATS = ("mp3", "opus", "m4a")
TAGS = ("title", "artist", "album", "comment", "date")


@dataclass(frozen=True, slots=True)
class Source:
    """A file of sound; `voice` is empty where nobody's is, and not heard in `silent` samples."""

    path: Path
    voice: str = ""
    silent: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """Sources side by side, and which parts of them, in samples."""

    sources: tuple[Source, ...]
    parts: tuple[tuple[int, int], ...]
    is_piece: bool = False

    @property
    def samples(self) -> int:
        return sum(end - start for start, end in self.parts)


@dataclass(frozen=True, slots=True)
class Request:
    """An episode to be made. `chapters` are (ms from the beginning, title), sorted."""

    segments: tuple[Segment, ...]
    tags: Mapping[str, str]
    chapters: tuple[tuple[int, str], ...]
    cover: Path | None
    target: Path
    digest: str
    formats: tuple[str, ...] = FORMATS

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "Request":
        """Return a request. Raises ValueError for what is none."""
        try:
            return cls(
                segments=tuple(_segment(one) for one in asked["segments"]),
                tags={name: str(asked.get(name, "")) for name in TAGS},
                chapters=tuple(sorted((round(s * 1_000), str(t)) for s, t in asked["chapters"])),
                cover=Path(asked["cover"]) if asked.get("cover") else None,
                target=Path(asked["target"]),
                digest=hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest(),
                formats=tuple(asked.get("formats", FORMATS)),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no order of an episode: {error}") from error

    @property
    def is_whole(self) -> bool:
        """Whether all is wanted that there can be of an episode."""
        return self.formats == FORMATS

    @property
    def samples(self) -> int:
        """How long it will be."""
        return sum(segment.samples for segment in self.segments)


def _segment(asked: Mapping[str, Any]) -> Segment:
    return Segment(
        sources=tuple(
            Source(Path(one["path"]), str(one.get("voice", "")), _parts(one.get("silent_s", ())))
            for one in asked["sources"]
        ),
        parts=_parts(asked["parts_s"]),
        is_piece=asked["kind"] == "piece",
    )


def _parts(asked: Sequence[Sequence[float]]) -> tuple[tuple[int, int], ...]:
    parts = [(_samples(start), _samples(end)) for start, end in asked]
    return tuple((start, end) for start, end in parts if end > start >= 0)


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)
