"""What a stretch of an episode is made of, and where it is heard once the episode was made anew."""

from collections.abc import Iterator, Sequence

from salon_recording.parts import Part
from salon_recording.segments import Segment

Source = tuple[int | None, int | None]  # a take or a piece


def cut_from(segments: Sequence[Segment], start_ms: int, end_ms: int) -> tuple[Segment, ...]:
    """Return what is heard between two moments of an episode's own time; nothing is cut within."""
    found: list[Segment] = []
    for began_ms, (take_id, piece_id), (start, end) in _heard(segments):
        first = max(start, start + start_ms - began_ms)
        last = min(end, start + end_ms - began_ms)
        if first < last:
            one = Segment(take_id=take_id, piece_id=piece_id, start_ms=first, end_ms=last)
            found.append(one)
    return tuple(found)


def place_of(stretch: Sequence[Segment], segments: Sequence[Segment]) -> Part | None:
    """Return where an episode has all of a stretch in one, by its own time; None if nowhere."""
    wanted = _runs(stretch)
    if not wanted:
        return None
    source, (first, _) = wanted[0]
    length_ms = sum(end - start for _, (start, end) in wanted)
    for began_ms, of, (start, end) in _heard(segments):
        if of == source and start <= first < end:
            at_ms = began_ms + first - start
            if _runs(cut_from(segments, at_ms, at_ms + length_ms)) == wanted:
                return at_ms, at_ms + length_ms
    return None


def _heard(segments: Sequence[Segment]) -> Iterator[tuple[int, Source, Part]]:
    """Yield what is heard one after the other: when it begins, what it is of, and which part."""
    began_ms = 0
    for segment in segments:
        for start, end in segment.parts:
            yield began_ms, (segment.take_id, segment.piece_id), (start, end)
            began_ms += end - start


def _runs(segments: Sequence[Segment]) -> list[tuple[Source, Part]]:
    """Return what is heard, with parts that follow one another without a seam as one."""
    found: list[tuple[Source, Part]] = []
    for _, source, (start, end) in _heard(segments):
        if found and found[-1][0] == source and found[-1][1][1] == start:
            found[-1] = source, (found[-1][1][0], end)
        else:
            found.append((source, (start, end)))
    return found
