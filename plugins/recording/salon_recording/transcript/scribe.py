"""The process that writes a voice down: `python -m salon_recording.transcript.scribe REQUEST.json`.

It reads one request file and writes lines of JSON to its output: one for each piece of sound, with
the words in it and how far it is, then `finished`, or `failed` with a reason. It is nicer than the
making of episodes, and bound in memory: a model that does not fit fails, not the server.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av.logging

from salon_recording.ogg import SAMPLE_RATE_HZ, length_samples
from salon_recording.transcript.passages import WORD_MAX
from salon_recording.transcript.recogniser import Unheard, Unusable, find
from salon_recording.transcript.spoken import pieces

NICENESS = 15
FAILED = 1
MEGABYTE = 1_000_000


def write_down(request: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    """Say what is said in a voice's file, piece by piece.

    Raises Unusable, ValueError (a file that is none of ours), OSError, MemoryError.
    """
    voice = Path(request["voice"])
    model = Path(request["model"]) if request["model"] else None
    length_ms = max(1, length_samples(voice) * 1_000 // SAMPLE_RATE_HZ)
    kind = find(request["recogniser"])
    kind.check(model, request["language"])
    recogniser = None
    for piece in pieces(voice):
        recogniser = recogniser or kind(model, request["language"])  # silence needs none
        heard = recogniser.listen(bytes(piece.samples))
        words = [piece.at(word) for word in heard.words]
        say(
            {
                "done": round(min(1.0, piece.end_ms / length_ms), 3),
                "language": heard.language,
                "words": [[one.start_ms, one.end_ms, one.text[:WORD_MAX]] for one in words],
            }
        )


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    os.nice(NICENESS)  # whoever is talking comes first
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    request = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    most = request["memory_mb"] * MEGABYTE
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    av.logging.set_level(None)
    try:
        write_down(request, say)
    except (Unusable, ValueError, OSError, RuntimeError, MemoryError) as error:
        say({"failed": _why(error), "detail": str(error)[:500]})
        return FAILED
    say({"finished": True})
    return 0


def _why(error: Exception) -> Unheard:
    match error:
        case Unusable():
            return error.why
        case MemoryError():
            return Unheard.MEMORY
        case RuntimeError():  # CTranslate2 knows no other: no memory, or a file that is no model
            return Unheard.MEMORY if "alloc" in str(error) else Unheard.NOT_A_MODEL
        case _:
            return Unheard.UNREADABLE


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
