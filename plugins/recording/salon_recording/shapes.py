"""The rough shape of a raw voice, for who chooses from it: where somebody speaks, and how lively.

Opus spends bytes where there is sound, so the sizes of a file's pages tell it without decoding: an
hour is read in hundredths of a second, also of a take that has just ended, or of one that runs.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from aiohttp import hdrs, web

from salon.plugin import Account, NotFound
from salon_recording.capture import VOICE_SUFFIX
from salon_recording.ogg import LEAD_SAMPLES, SAMPLE_RATE_HZ, page_sizes
from salon_recording.shelf import Shelf

BARS = 1_000
ID_MAX = 2**63 - 1
ID_DIGITS_MAX = 19
SILENT_BYTES_S = 400  # coded silence has fewer


class Shapes:
    """Answers with the bars of one voice of a take, 0 to 100, from its beginning to its end."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def shape(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """For who may hear the voice itself. Raises NotFound."""
        ids = [request.match_info[name] for name in ("take", "account")]
        if actor is None or not all(_is_id(text) for text in ids):
            raise NotFound("There is no such recording.", reason="recording.no_recording")
        take_id, account_id = map(int, ids)
        path = await self._shelf.voice_for(actor, take_id, account_id)
        take = await self._shelf.take(take_id)
        bars = await asyncio.to_thread(_bars_of, path, take.duration_ms)
        headers = {hdrs.CACHE_CONTROL: "private, no-store"}
        return web.json_response({"bars": bars}, headers=headers)

    async def so_far(self, request: web.Request, actor: Account | None) -> web.StreamResponse:
        """All voices of a take in one, as far as they are written. Raises NotFound."""
        take_id = request.match_info["take"]
        if actor is None or not _is_id(take_id):
            raise NotFound("There is no such recording.", reason="recording.no_recording")
        folder = await self._shelf.folder_for(actor, int(take_id))
        duration_ms, found = await asyncio.to_thread(_all_bars_of, folder)
        headers = {hdrs.CACHE_CONTROL: "private, no-store"}
        return web.json_response(
            {"bars": found, "duration_s": duration_ms / 1_000}, headers=headers
        )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX and int(text) <= ID_MAX


def _bars_of(path: Path | None, duration_ms: int) -> Sequence[int]:
    try:
        return [] if path is None else bars(path, duration_ms)
    except FileNotFoundError:
        return []


def _all_bars_of(folder: Path) -> tuple[int, Sequence[int]]:
    """Return how long the longest voice is, and the bars of whoever is loudest at each moment."""
    paths = sorted(folder.glob(f"*{VOICE_SUFFIX}"))
    duration_ms = max((_length_ms(path) for path in paths), default=0)
    found = [_bars_of(path, duration_ms) or [0] * BARS for path in paths]
    return duration_ms, [max(at_once) for at_once in zip(*found, strict=True)]


def _length_ms(path: Path) -> int:
    try:
        end = max((end for end, _ in page_sizes(path)), default=0)
    except FileNotFoundError:
        return 0
    return end * 1_000 // SAMPLE_RATE_HZ


def bars(path: Path, duration_ms: int) -> Sequence[int]:
    """Return the bars of a voice's file; the whole is as long as its take."""
    length = max(1, duration_ms * SAMPLE_RATE_HZ // 1_000)
    spent = [0.0] * BARS  # bytes
    at = -LEAD_SAMPLES
    for end, size in page_sizes(path):
        if end > at:
            _spread(spent, at / length * BARS, end / length * BARS, size)
        at = max(at, end)
    rates = [each / (length / SAMPLE_RATE_HZ / BARS) - SILENT_BYTES_S for each in spent]
    loudest = max(*rates, 1.0)
    return [max(0, round(100 * rate / loudest)) for rate in rates]


def _spread(spent: list[float], first: float, last: float, size: int) -> None:
    """Add a page's bytes to the bars that it lies in."""
    for number in range(max(0, int(first)), min(BARS, int(last) + 1)):
        share = min(last, number + 1) - max(first, number)
        spent[number] += size * max(0.0, share) / (last - first)
