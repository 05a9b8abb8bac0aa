"""What plugins find: each has 300 ms, and what comes later, fails or is malformed is left out.

A slow source is no fault of its plugin, only late; one that raises, or answers something else than
results, is counted like every failure. The plugin decides what the actor may know of.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from salon.clock import Clock
from salon.domain import search
from salon.domain.accounts import Account
from salon.errors import SalonError
from salon.host import Host
from salon.host.contain import Misbehaved
from salon.plugin.contributions import SearchResult, SearchSource
from salon.services.limits import Paces

BURST = 20
PER_S = 3.0
WITHIN_S = 0.3
BUDGET_S = 5.0  # what takes longer hangs
RESULTS_MAX = 10
TITLE_MAX_CHARACTERS = 200
ADDRESS_MAX_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Looked:
    """What one source found. `is_late`: it had no answer in time, or failed."""

    plugin: str
    name: str
    title: str
    results: Sequence[SearchResult]
    is_late: bool = False


class SearchSources:
    """Asks all plugins that run at once."""

    def __init__(self, host: Host, clock: Clock) -> None:
        self._host = host
        self._clock = clock
        self._paces = Paces(BURST, PER_S)

    async def find(self, actor: Account, line: str) -> Sequence[Looked]:
        """Return what each source found. Filters say nothing to a plugin. Raises Invalid, TooMany.

        A line without words, or one with filters, which only messages have, asks nobody.
        """
        query = search.read(line)
        self._paces.take(
            actor.id, self._clock.monotonic_s(), message="That is a lot at once. Take a breath."
        )
        words = [search.folded(word) for phrase in query.phrases for word in phrase.words]
        if not words or query.has_filters:
            return []
        sources = [
            (plugin, source)
            for plugin, contributed in self._host.contributions.items()
            if self._host.is_running(plugin)
            for source in contributed.search_sources
        ]
        return await asyncio.gather(
            *(self._ask(plugin, source, actor, words) for plugin, source in sources)
        )

    async def _ask(
        self, plugin: str, source: SearchSource, actor: Account, words: Sequence[str]
    ) -> Looked:
        what = f"search {source.name}"
        try:
            async with asyncio.timeout(WITHIN_S):
                asked = (actor, tuple(words), RESULTS_MAX)
                found = await self._host.call(
                    plugin, what, source.handler, *asked, budget_s=BUDGET_S
                )
        except (SalonError, TimeoutError):
            return Looked(plugin, source.name, source.title, (), is_late=True)
        if not _is_usable(found):
            self._host.count_fault(plugin, what, Misbehaved("answered no list of results"))
            return Looked(plugin, source.name, source.title, (), is_late=True)
        return Looked(plugin, source.name, source.title, tuple(found)[:RESULTS_MAX])


def _is_usable(found: object) -> bool:
    """Whether foreign code answered with results that fit into a frame, and lead nowhere else."""
    return isinstance(found, list | tuple) and all(
        isinstance(one, SearchResult)
        and _is_line(one.title)
        and _is_line(one.detail, least=0)
        and _is_line(one.address, most=ADDRESS_MAX_CHARACTERS)
        and one.address.startswith("/")
        and not one.address.startswith(("//", "/\\"))
        for one in found
    )


def _is_line(text: object, *, least: int = 1, most: int = TITLE_MAX_CHARACTERS) -> bool:
    is_text = isinstance(text, str) and least <= len(text) <= most
    return is_text and not any("\ud800" <= c <= "\udfff" for c in str(text))
