"""Parts of a take: what is left of it when pieces are cut out, and where things then stand.

A part is its first millisecond and the first one after it, in the take's time. Parts that belong
together are in order and do not touch.
"""

from collections.abc import Iterable, Sequence

Part = tuple[int, int]


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the same parts in order, those that touch as one."""
    found: list[Part] = []
    for start, end in sorted(parts):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def without(whole: Part, cuts: Iterable[Part]) -> tuple[Part, ...]:
    """Return what is left of a part."""
    left: list[Part] = []
    at, last = whole
    for start, end in joined(cuts):
        if start > at:
            left.append((at, min(start, last)))
        at = max(at, end)
        if at >= last:
            break
    if at < last:
        left.append((at, last))
    return tuple(left)


def length(parts: Iterable[Part]) -> int:
    """Return how long parts are one after the other."""
    return sum(end - start for start, end in parts)


def place(at: int, parts: Sequence[Part]) -> int:
    """Return where a moment stands when parts follow one another; what was cut out is its seam."""
    return sum(max(0, min(at, end) - start) for start, end in parts)


def are_within(parts: Iterable[Part], others: Sequence[Part]) -> bool:
    """Whether others hold everything of these parts."""
    return all(any(start <= s and e <= end for start, end in others) for s, e in parts)
