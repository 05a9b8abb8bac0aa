"""The process that writes a voice down, and what can go wrong in it."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from salon_recording.transcript.recogniser import Unheard, Unusable, find
from salon_recording.transcript.whisper import NEEDED, PACKAGES, VOCABULARIES, Whisper

Writing = Callable[..., Path]
ROOT = Path(__file__).parents[3]
PARROT = "tests.plugins.recording.parrot:Parrot"


@pytest.fixture
def voice(tmp_path: Path, write_voice: Writing) -> Path:
    return write_voice(tmp_path / "7.opus", (2.0, 1.0, 440), (40.0, 1.0, 700))


def _written(voice: Path, recogniser: str) -> Sequence[dict[str, Any]]:
    """Run the process and return what it said."""
    request = voice.with_suffix(".json")
    asked = {"voice": str(voice), "recogniser": recogniser, "model": "", "language": ""}
    request.write_text(json.dumps(asked | {"memory_mb": 400}))
    done = subprocess.run(
        [sys.executable, "-m", "salon_recording.transcript.scribe", str(request)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_voice_is_written_down_with_the_take_s_own_times(voice: Path) -> None:
    heard, end = _written(voice, PARROT)
    assert end == {"finished": True}
    assert heard["language"] == "en"
    assert heard["done"] == pytest.approx(1.0, abs=0.02)
    texts = [text for _, _, text in heard["words"]]
    assert (texts[0], texts[-1]) == ("low", "high")
    starts = [start for start, _, _ in heard["words"]]
    assert starts[0] == pytest.approx(2_000, abs=250)
    assert 39_700 < starts[-1] < 41_300


@pytest.mark.parametrize(
    ("recogniser", "why"),
    [
        ("tests.plugins.recording.parrot:Hungry", "memory"),
        ("tests.plugins.recording.parrot:Missing", "missing"),
    ],
)
def test_why_a_voice_is_not_written_down_is_told(voice: Path, recogniser: str, why: str) -> None:
    (said,) = _written(voice, recogniser)
    assert said["failed"] == why


def test_a_recogniser_that_is_not_there_is_told() -> None:
    for name in ("no_such_module:Class", "tests.plugins.recording.parrot:Owl"):
        with pytest.raises(Unusable, match="no recogniser") as refused:
            find(name)
        assert refused.value.why is Unheard.NO_RECOGNISER


# What Whisper says of a model, without Whisper.


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like an English model, beside a library that looks installed."""
    monkeypatch.setattr("salon_recording.transcript.whisper.LIBRARY", "json")
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (*NEEDED, VOCABULARIES[0]):
        (folder / name).write_text("word\n" * 51_864)
    return folder


def _why(model: Path, language: str = "") -> Unusable:
    with pytest.raises(Unusable) as refused:
        Whisper.check(model, language)
    return refused.value


def test_any_folder_with_a_model_can_be_named(model: Path) -> None:
    Whisper.check(model, "")
    Whisper.check(model, "en-GB")


def test_a_folder_that_is_not_there_is_named(model: Path) -> None:
    refused = _why(model / "elsewhere")
    assert refused.why is Unheard.NO_FOLDER
    assert str(model / "elsewhere") in str(refused)


@pytest.mark.parametrize("missing", [*NEEDED, VOCABULARIES[0]])
def test_a_folder_without_a_model_is_told_with_what_it_lacks(model: Path, missing: str) -> None:
    (model / missing).unlink()
    refused = _why(model)
    assert refused.why is Unheard.NOT_A_MODEL
    assert missing in str(refused)


def test_an_english_model_is_not_asked_to_hear_french(model: Path) -> None:
    assert _why(model, "fr").why is Unheard.LANGUAGE
    (model / VOCABULARIES[0]).write_text("word\n" * 51_865)
    Whisper.check(model, "fr")


def test_a_vocabulary_that_is_none_is_told(model: Path) -> None:
    (model / VOCABULARIES[0]).write_bytes(b"\xff\xfe" * 9)
    assert _why(model).why is Unheard.NOT_A_MODEL


def test_without_the_extra_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("salon_recording.transcript.whisper.LIBRARY", "no_such_library")
    with pytest.raises(Unusable) as refused:
        Whisper.check(None, "")
    assert refused.value.why is Unheard.MISSING
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert list(PACKAGES) == told["project"]["optional-dependencies"]["speech"]
    for package in PACKAGES:
        assert f"'{package}'" in str(refused.value.command)
