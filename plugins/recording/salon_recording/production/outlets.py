"""One sound for several takers, each in a thread of its own."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import av

WAITING_MAX = 32  # frames between the sound and each taker

Frames = Iterator[av.AudioFrame]
Taker = Callable[[Frames], None]


def hand_to(takers: Sequence[Taker], frames: Iterable[av.AudioFrame]) -> None:
    """Hand each frame to every taker; return when all have ended.

    The slowest sets the pace. One that fails ends it for all. Raises what it raised.
    """
    queues: list[Queue[av.AudioFrame | None]] = [Queue(WAITING_MAX) for _ in takers]
    is_broken = threading.Event()
    with ThreadPoolExecutor(len(takers)) as threads:
        ends = [
            threads.submit(_take, taker, queue, is_broken)
            for taker, queue in zip(takers, queues, strict=True)
        ]
        try:
            for frame in frames:
                if is_broken.is_set():
                    break
                for queue in queues:
                    queue.put(frame)
        finally:
            for queue in queues:
                queue.put(None)
    for end in ends:
        end.result()


def _take(taker: Taker, queue: "Queue[av.AudioFrame | None]", is_broken: threading.Event) -> None:
    coming = iter(queue.get, None)
    try:
        taker(coming)
    except BaseException:
        is_broken.set()
        raise
    finally:
        for _ in coming:  # who hands over must not wait for a taker that has ended
            pass
