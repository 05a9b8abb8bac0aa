"""The spoken notice: what a room hears before anything of it is kept.

An Ogg/Opus file for each language, the package's own or the operator's (`notice_en`, `notice_fr`),
is read when the plugin starts. It is sent packet by packet, each when it is due, through a source
of the relay, in the voice of who records. A room that cannot be told is not recorded.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from salon.plugin import Source
from salon_recording.config import RecordingConfig
from salon_recording.ogg import SAMPLE_RATE_HZ, Placed, read_packets
from salon_recording.words import LANGUAGES

SECONDS_MAX = 30.0
BYTES_MAX = 1_000_000
LEVEL_DBOV = -20  # as somebody who talks: the relay carries the loudest
ON_THE_WAY_S = 0.2  # from the source to ears, and their players' buffers


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said, as packets."""

    packets: tuple[Placed, ...]

    @property
    def seconds(self) -> float:
        """How long it takes until the last of it has been heard."""
        return sum(one.samples for one in self.packets) / SAMPLE_RATE_HZ + ON_THE_WAY_S

    async def speak(self, source: Source, *, is_wanted: Callable[[], bool]) -> None:
        """Say it, and return when it has been heard, or is not wanted any more."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for one in self.packets:
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            if not is_wanted():
                return
            source.put(one.opus, samples=one.samples, level_dbov=LEVEL_DBOV)
            due_s += one.samples / SAMPLE_RATE_HZ
        await asyncio.sleep(max(0.0, due_s + ON_THE_WAY_S - loop.time()))


def load_all(config: RecordingConfig) -> Mapping[str, Notice]:
    """Return the notice of each language; called in a thread. Raises ValueError."""
    named = {"en": config.notice_en, "fr": config.notice_fr}
    return {language: _load(language, named[language]) for language in LANGUAGES}


def _load(language: str, named: str) -> Notice:
    if named:
        return load(Path(named))
    own = files("salon_recording") / "notices" / f"{language}.opus"
    with as_file(own) as path:
        return load(path)


def load(path: Path) -> Notice:
    """Return the notice in an Ogg/Opus file of at most 30 seconds. Raises ValueError."""
    try:
        size = path.stat().st_size
        notice = Notice(tuple(read_packets(path)) if size <= BYTES_MAX else ())
    except (OSError, ValueError) as error:
        raise ValueError(f"The notice {path} cannot be read as Ogg/Opus: {error}") from error
    if size > BYTES_MAX:
        raise ValueError(f"The notice {path} has more than {BYTES_MAX} bytes.")
    if not ON_THE_WAY_S < notice.seconds <= SECONDS_MAX:
        raise ValueError(f"The notice {path} has to last between 0 and {SECONDS_MAX:g} seconds.")
    return notice
