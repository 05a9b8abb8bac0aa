"""How a page of a measurement reaches the server, and what its datagrams meet on that way.

Over a cable into a network of its own (`_cable.py`), or, where a machine permits no such network,
through the forwarder on loopback alone: there the page takes the forwarder's port for the server's.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from _cable import Cable, Carried, laid_cable
from _figures import NotPossible, note
from playwright.async_api import Browser

from salon.testing.browser import Browsers, chromium
from salon.testing.line import DEAD, FINE, LOOPBACK, BadLine, Direction, Weather


class Way(ABC):
    """`address` is where the page finds the server's voices; `line` is the forwarder on the way."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.line: BadLine
        self.media_port: int

    @abstractmethod
    async def browser(self, browsers: Browsers, microphone: Path) -> Browser:
        """Start a browser whose pages are on this way."""

    @property
    @abstractmethod
    def port(self) -> int:
        """The port that the page takes for the server's."""

    @abstractmethod
    def prepare(self, up: Weather, down: Weather) -> None:
        """Be fine, but ready for this weather; before the page comes in."""

    @abstractmethod
    def change(self, up: Weather, down: Weather) -> None:
        """Have this weather from now on, of those that it was prepared for."""

    @abstractmethod
    def cut(self) -> None:
        """Carry nothing until the weather changes: no sound, and where it can no socket either."""

    @abstractmethod
    def carried(self) -> tuple[Carried, Carried]:
        """Return how many datagrams were given and lost so far: up, and down."""


class Forwarded(Way):
    """Through the forwarder on loopback, whatever the weather."""

    def __init__(self) -> None:
        super().__init__(LOOPBACK)

    async def browser(self, browsers: Browsers, microphone: Path) -> Browser:
        return await browsers.browser(microphone=microphone)

    @property
    def port(self) -> int:
        return self.line.port

    def prepare(self, _up: Weather, _down: Weather) -> None:
        self.change(FINE, FINE)

    def change(self, up: Weather, down: Weather) -> None:
        self.line.up.weather, self.line.down.weather = up, down

    def cut(self) -> None:
        self.change(DEAD, DEAD)

    def carried(self) -> tuple[Carried, Carried]:
        return _counted(self.line.up), _counted(self.line.down)


class Wired(Way):
    """Over a cable; through the forwarder only when it has to do what the kernel cannot."""

    def __init__(self, cable: Cable, folder: Path) -> None:
        super().__init__(cable.here)
        self._cable = cable
        self._folder = folder

    async def browser(self, browsers: Browsers, microphone: Path) -> Browser:
        found = chromium()
        assert found is not None
        # The page keeps the server's name, so that it may use a microphone without TLS.
        rules = f"--host-resolver-rules=MAP {LOOPBACK} {self.address}"
        program = self._cable.program(self._folder, found)
        return await browsers.browser(microphone=microphone, extra=[rules], program=program)

    @property
    def port(self) -> int:
        return self.media_port

    def prepare(self, up: Weather, down: Weather) -> None:
        self.change(FINE, FINE)
        is_forwarded = _beyond_the_kernel(up) != FINE or _beyond_the_kernel(down) != FINE
        self._cable.turn(self.line.port if is_forwarded else None)

    def change(self, up: Weather, down: Weather) -> None:
        self._cable.change(up, down)
        self.line.up.weather = _beyond_the_kernel(up)
        self.line.down.weather = _beyond_the_kernel(down)

    def cut(self) -> None:
        self._cable.cut()

    def carried(self) -> tuple[Carried, Carried]:
        return self._cable.carried()


def _beyond_the_kernel(weather: Weather) -> Weather:
    return replace(weather, lost=0.0, kbit_per_s=None)


def _counted(direction: Direction) -> Carried:
    return Carried(direction.counts["given"], direction.counts["lost"])


@contextmanager
def laid_ways(count: int, folder: Path) -> Iterator[Sequence[Way]]:
    """Make so many ways, before the server starts; say it where they are on loopback only."""
    with ExitStack() as stack:
        ways: Sequence[Way]
        try:
            cables = [stack.enter_context(laid_cable()) for _ in range(count)]
        except NotPossible as reason:
            note(f"{reason}: the forwarder on loopback stands for cables")
            ways = [Forwarded() for _ in range(count)]
        else:
            ways = [Wired(cable, folder) for cable in cables]
        yield ways


@asynccontextmanager
async def open_ways(ways: Sequence[Way], media_port: int) -> AsyncIterator[None]:
    """Have a forwarder on each, when the server's port is known; each draws fates of its own."""
    async with AsyncExitStack() as stack:
        for number, way in enumerate(ways):
            line = BadLine(media_port, seed=1 + 2 * number, address=way.address)
            way.line, way.media_port = await stack.enter_async_context(line), media_port
            way.prepare(FINE, FINE)
        yield
