"""How shows and pieces stand in frames."""

from typing import Any

from salon_recording.programmes.pieces import Piece
from salon_recording.programmes.template import Slot
from salon_recording.show import Show


def words_of(show: Show) -> dict[str, Any]:
    """Return what a show says as it was written, for the form."""
    return {
        "title": show.title,
        "description": show.description,
        "author": show.author,
        "language": show.language,
        "category": show.category,
        "explicit": show.is_explicit,
        "email": show.email,
        "funding": show.funding_url,
        "funding_words": show.funding_words,
    }


def wire_slot(slot: Slot) -> dict[str, Any]:
    return {
        "title": slot.title,
        "piece": name_of(slot.piece_id),
        "piece_title": slot.piece_title,
        "between": name_of(slot.between_id),
        "between_title": slot.between_title,
        "length_s": slot.length_ms / 1_000,
    }


def wire_piece(piece: Piece) -> dict[str, Any]:
    return {
        "id": str(piece.id),
        "title": piece.title,
        "brought_by": name_of(piece.brought_by),
        "duration_s": piece.duration_ms / 1_000,
        "created_at": piece.created_at.isoformat(),
    }


def name_of(id_: int | None) -> str | None:
    return None if id_ is None else str(id_)
