"""What a stretch of an episode is made of: windows of takes and pieces, in its order."""

from collections.abc import Sequence

from salon_recording.segments import Segment


def cut_from(segments: Sequence[Segment], start_ms: int, end_ms: int) -> tuple[Segment, ...]:
    """Return what is heard between two moments of an episode's own time; nothing is cut within."""
    found: list[Segment] = []
    began_ms = 0
    for segment in segments:
        for start, end in segment.parts:
            first = max(start, start + start_ms - began_ms)
            last = min(end, start + end_ms - began_ms)
            if first < last:
                found.append(
                    Segment(
                        take_id=segment.take_id,
                        piece_id=segment.piece_id,
                        start_ms=first,
                        end_ms=last,
                    )
                )
            began_ms += end - start
    return tuple(found)
