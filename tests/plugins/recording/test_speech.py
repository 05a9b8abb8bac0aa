"""Real speech, heard by the recogniser of the extra `speech`: `./salon test --speech`.

The extra is half a gigabyte, so nothing else needs it: without it these tests are not collected.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.recording.shelf import Shelf

from salon.testing import Person
from salon_recording.plugin import RecordingPlugin
from salon_recording.transcript.whisper import OWN_MODEL

Speaking = Callable[..., Path]
WHISPER = "salon_recording.transcript.whisper:Whisper"
TEXT = "Good evening everybody. The lift got stuck between the third and the fourth floor."
WITHIN_S = 120.0

pytestmark = pytest.mark.slow


def _own_model() -> Path:
    found = find_spec(OWN_MODEL)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "model"


def _written(voice: Path, model: Path | None = None, **asked: Any) -> Sequence[dict[str, Any]]:
    """Run the process and return what it said."""
    request = voice.with_suffix(".json")
    told = {"voice": str(voice), "recogniser": WHISPER, "language": "", "memory_mb": 2_000}
    request.write_text(json.dumps(told | {"model": "" if model is None else str(model)} | asked))
    done = subprocess.run(
        [sys.executable, "-m", "salon_recording.transcript.scribe", str(request)],
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def voice(tmp_path: Path, write_speech: Speaking) -> Path:
    return write_speech(tmp_path / "7.opus", TEXT)


def _is_heard(said: Sequence[dict[str, Any]]) -> bool:
    """Whether most of the words are there, in their order and at their times."""
    assert said[-1] == {"finished": True}
    words = [word for line in said[:-1] for word in line["words"]]
    starts = [start for start, _, _ in words]
    assert starts == sorted(starts)
    heard = {text.lower().strip(".,") for _, _, text in words}
    wanted = {word.lower().strip(".,") for word in TEXT.split()}
    return len(heard & wanted) >= 0.7 * len(wanted)


def test_what_is_said_is_written_down_word_by_word(voice: Path) -> None:
    assert _is_heard(_written(voice))


def test_a_folder_that_the_operator_names_is_used(voice: Path, tmp_path: Path) -> None:
    model = shutil.copytree(_own_model(), tmp_path / "a model of ours")
    assert _is_heard(_written(voice, model, language="en-GB"))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (shutil.rmtree, "no_folder"),
        (lambda model: (model / "tokenizer.json").unlink(), "not_a_model"),
        (lambda model: (model / "model.bin").write_bytes(b"no model" * 99), "not_a_model"),
        (lambda model: _cut_short(model / "model.bin"), "not_a_model"),
    ],
)
def test_what_is_no_model_is_told(
    spoil: Callable[[Path], Any], why: str, voice: Path, tmp_path: Path
) -> None:
    model = shutil.copytree(_own_model(), tmp_path / "model")
    spoil(model)
    assert _written(voice, model)[-1]["failed"] == why


def _cut_short(path: Path) -> None:
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size // 2)


def test_a_model_that_needs_more_memory_than_it_may_have_is_told(voice: Path) -> None:
    assert _written(voice, memory_mb=150)[-1]["failed"] == "memory"


def test_an_english_model_is_not_asked_for_french(voice: Path) -> None:
    assert _written(voice, language="fr")[-1]["failed"] == "language"


@pytest.mark.plugin.with_args(RecordingPlugin)
async def test_a_recording_of_two_is_written_down_with_both_names(
    shelf: Shelf, owner: Person, alice: Person, write_speech: Speaking
) -> None:
    take_id = await shelf.take(owner, alice)
    write_speech(shelf.voice(take_id, owner), TEXT)
    write_speech(shelf.voice(take_id, alice), "I had a cake in my bag.", "en-us")
    await owner.command("recording.write_down", take=take_id)
    async with asyncio.timeout(WITHIN_S):
        while True:
            told = await owner.command("recording.transcript", take=take_id)
            if {one["status"] for one in told["transcript"]["voices"]} == {"ready"}:
                break
            with suppress(TimeoutError):  # nothing new for a while: it is being heard
                await owner.expect("recording.transcript_changed")
    by_name = {one["account_id"]: one["text"].lower() for one in told["passages"]}
    assert "floor" in by_name[owner.id]
    assert "cake" in by_name[alice.id]
