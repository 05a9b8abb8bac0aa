"""Where a voice speaks: silence is left out, and every word gets its place in the take."""

from collections.abc import Callable
from pathlib import Path

import pytest

from salon_recording.transcript import spoken
from salon_recording.transcript.passages import Word
from salon_recording.transcript.recogniser import RATE_HZ
from salon_recording.transcript.spoken import Piece, pieces

Writing = Callable[..., Path]
SECOND = RATE_HZ * 2


def _places(piece: Piece) -> list[tuple[float, float]]:
    """Return where the stretches of a piece begin in the take, and how long they are, in s."""
    return [(start / 1_000, length / 1_000) for _, start, length in piece._places]


def test_silence_is_left_out_and_stretches_share_a_piece(
    tmp_path: Path, write_voice: Writing
) -> None:
    path = write_voice(tmp_path / "7.opus", (3.0, 1.0, 440), (30.0, 2.0, 440), (7_200.0, 1.0, 700))
    (piece,) = pieces(path)
    starts = [start for start, _ in _places(piece)]
    assert starts == pytest.approx([3.0, 30.0, 7_200.0], abs=0.25)
    assert len(piece.samples) < 6 * SECOND


def test_a_word_stands_where_it_was_said_and_never_in_silence(
    tmp_path: Path, write_voice: Writing
) -> None:
    path = write_voice(tmp_path / "7.opus", (3.0, 1.0, 440), (30.0, 2.0, 440))
    (piece,) = pieces(path)
    first, second = _places(piece)
    assert piece.at(Word(0, 300, "a")).start_ms == round(first[0] * 1_000)
    into_second = round((first[1] + 0.3) * 1_000) + 500
    moved = piece.at(Word(into_second, into_second + 200, "b"))
    assert moved.start_ms == pytest.approx(second[0] * 1_000 + 500, abs=20)
    late = piece.at(Word(into_second, 900_000, "c"))
    assert late.end_ms <= piece.end_ms


def test_who_never_pauses_is_cut_where_it_is_quietest(
    tmp_path: Path, write_voice: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken, "PIECE_BYTES", 4 * SECOND)
    monkeypatch.setattr(spoken, "SEARCHED_FRAMES", 40)
    path = write_voice(tmp_path / "7.opus", (0.0, 9.0, 440))
    found = list(pieces(path))
    assert len(found) == 3
    assert all(len(piece.samples) <= 4 * SECOND for piece in found)
    lengths = [length for piece in found for _, length in _places(piece)]
    assert sum(lengths) == pytest.approx(9.0, abs=0.2)


def test_who_says_nothing_has_no_pieces(tmp_path: Path, write_voice: Writing) -> None:
    assert list(pieces(write_voice(tmp_path / "7.opus"))) == []


def test_a_file_that_is_no_voice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "7.opus"
    path.write_bytes(b"RIFF" * 100)
    with pytest.raises(ValueError, match="no Ogg/Opus file"):
        list(pieces(path))
