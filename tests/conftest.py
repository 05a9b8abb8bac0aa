"""Every test may ask for a server and people."""

import asyncio
import gc
from collections.abc import Callable, Generator, Iterator, Mapping

import pytest

from salon.loop import new_event_loop

pytest_plugins = ["salon.testing.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--model-runs", type=int, default=4, help="how often five people begin anew (test_model)"
    )
    parser.addoption(
        "--cuts", type=int, default=250, help="how many lines are cut (journeys/test_resume)"
    )
    parser.addoption(
        "--scroll-s", type=int, default=10, help="how long one scrolls (journeys/test_text)"
    )
    parser.addoption(
        "--hands", type=int, default=6, help="how many hands go up at a stage (journeys/test_stage)"
    )
    parser.addoption(
        "--race-rounds", type=int, default=200, help="how often all act at once (test_stage_races)"
    )
    parser.addoption(
        "--loop", choices=["server", "asyncio"], default="server", help="which event loop to use"
    )


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run on the loop that `salon serve` takes, or on asyncio's own, as a plugin's tests may."""
    own = config.getoption("--loop") == "asyncio" or item.get_closest_marker("own_loop")
    return {"asyncio": asyncio.new_event_loop} if own else {"server": new_event_loop}


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the garbage collector rest meanwhile: what is collected stays, all of it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True, scope="module")
def _quiet_memory() -> Iterator[None]:
    """Let the garbage collector pass over what earlier modules left.

    Reports and caches grow to millions of objects, and going through all of them stops everything
    for seconds: a server under test would miss what it promises.
    """
    yield
    gc.collect()
    gc.freeze()
