"""Moments: when somebody speaks in an episode, for who is asked about their voice.

Opus spends bytes where there is sound, and a page of a raw voice holds half a second: so a voice
need not be decoded to be told from silence. Two moments are apart when nothing is said for two
seconds, or something else is heard between them.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from salon.plugin import Account, NotFound, Salon
from salon_recording import takes
from salon_recording.episodes import Episode
from salon_recording.ogg import LEAD_SAMPLES, SAMPLE_RATE_HZ, page_sizes
from salon_recording.parts import Part, joined
from salon_recording.shapes import SILENT_BYTES_S
from salon_recording.shelf import Shelf
from salon_recording.transcript import tables
from salon_recording.transcript.passages import Passage, text_of

PAUSE_MS = 2_000
LOUD_SHARE = 0.25  # of the most that a second of the voice costs: less is an open microphone
MOMENTS_MAX = 300
TEXT_MAX = 400


@dataclass(frozen=True, slots=True)
class Moment:
    """A part of a take in which somebody speaks; `at_ms` is where it stands in the episode."""

    take_id: int
    part: Part
    at_ms: int
    text: str
    is_left_out: bool


class Moments:
    """Finds them for those whose they are."""

    def __init__(self, salon: Salon, shelf: Shelf) -> None:
        self._salon = salon
        self._shelf = shelf

    async def of(self, actor: Account, episode_id: int) -> Sequence[Moment]:
        """Return somebody's own moments in an episode, in its order. Raises NotFound.

        There are none where the raw voice is gone.
        """
        episode = await self._shelf.episode(episode_id)
        held = await self._salon.db.read(lambda c: takes.some(c, episode.take_ids))
        own_ids = [take_id for take_id, take in held.items() if actor.id in take.voice_ids]
        if not own_ids:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        paths = {id_: await self._shelf.voice_for(actor, id_, actor.id) for id_ in own_ids}
        spoken = await asyncio.to_thread(
            lambda: {take_id: spoken_in(path) for take_id, path in paths.items() if path}
        )
        written = await self._salon.db.read(lambda c: tables.passages(c, own_ids))
        own = [one for one in written if one.account_id == actor.id]
        found = [
            Moment(
                take_id,
                part,
                at_ms,
                text=_said(own, take_id, part),
                is_left_out=_is_out(episode, actor, take_id, part),
            )
            for take_id, part, at_ms in placed(episode, spoken)
        ]
        return found[:MOMENTS_MAX]


def spoken_in(path: Path) -> tuple[Part, ...]:
    """Return when a raw voice is heard, in milliseconds of its take; of no file: never."""
    pages: list[tuple[int, int, float]] = []
    at = -LEAD_SAMPLES
    try:
        for end, size in page_sizes(path):
            if end > max(at, 0):
                pages.append((max(at, 0), end, size * SAMPLE_RATE_HZ / (end - at)))
            at = max(at, end)
    except FileNotFoundError:
        return ()
    most = max((rate for _, _, rate in pages), default=0.0)
    least = max(SILENT_BYTES_S, most * LOUD_SHARE)
    heard = [(_ms(start), _ms(end)) for start, end, rate in pages if rate > least]
    return _bridged(heard)


def placed(
    episode: Episode, spoken: dict[int, tuple[Part, ...]]
) -> Iterator[tuple[int, Part, int]]:
    """Yield what is spoken in an episode: the take, the part of it, and where it stands."""
    at_ms = 0
    for segment in episode.segments:
        for start, end in segment.parts:
            for first, last in spoken.get(segment.take_id or 0, ()):
                since, until = max(start, first), min(end, last)
                if since < until:
                    yield segment.take_id or 0, (since, until), at_ms + since - start
            at_ms += end - start


def _bridged(heard: Iterable[Part]) -> tuple[Part, ...]:
    """Return parts with the short pauses between them."""
    wide = joined((start, end + PAUSE_MS) for start, end in heard)
    return tuple((start, end - PAUSE_MS) for start, end in wide)


def _said(passages: Sequence[Passage], take_id: int, part: Part) -> str:
    words = [
        word
        for passage in passages
        if passage.take_id == take_id
        for word in passage.words
        if part[0] <= (word.start_ms + word.end_ms) // 2 < part[1]
    ]
    return text_of(words)[:TEXT_MAX]


def _is_out(episode: Episode, actor: Account, take_id: int, part: Part) -> bool:
    silent = episode.left_out_by(actor.id).get(take_id, ())
    return any(start < part[1] and part[0] < end for start, end in silent)


def _ms(samples: int) -> int:
    return samples * 1_000 // SAMPLE_RATE_HZ
