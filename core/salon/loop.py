"""The event loop of a server: libuv's, by uvloop, where there is one for this system.

Reading, writing and waiting in C take a twelfth off what a message to a hundred people costs
(docs/decisions/text.md). Where uvloop cannot be had, asyncio's own loop does the same work, and
nothing else may know the difference: uvloop's transports are none of `asyncio.Transport` by
`isinstance`, and while it waits no frame of Python shows it.
"""

import asyncio
import selectors
from asyncio import base_events, runners
from types import FrameType


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return the loop to serve with."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def is_waiting(frame: FrameType | None) -> bool:
    """Whether it is the loop itself that waits, and not code in it, for a program say.

    `frame` is the innermost of the loop's thread, which goes on meanwhile. A function in C that
    uvloop itself calls back has no frame either, and is taken for waiting.
    """
    caller = frame and frame.f_back  # read once
    if frame is None or caller is None:
        return False
    # Whole names are compared: no path is taken apart in cold memory.
    if frame.f_code.co_filename == runners.__file__:  # a loop in C has no frames
        return True
    is_loop = caller.f_code.co_filename == base_events.__file__
    return is_loop and frame.f_code.co_filename == selectors.__file__
