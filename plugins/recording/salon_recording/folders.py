"""The folders of takes: a file for each voice and a journal. Called in threads.

A take that is being written has its files open (`capture.TakeFiles`); here is what is asked of
folders from outside: how long voices are, how much of the disk they have, and what is deleted.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import structlog

from salon_recording.capture import VOICE_SUFFIX, TakeFiles
from salon_recording.journal import JOURNAL, forget
from salon_recording.ogg import length_samples

MB = 1_000_000

log = structlog.get_logger(__name__)


def free_mb(folder: Path) -> int:
    """Return how much is free on the disk of a folder, which is made when it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free // MB


def closed(files: TakeFiles) -> tuple[int, ...]:
    """End the files of a take, as far as the disk lets them. Returns whose voices there are."""
    try:
        files.close()
    except OSError as error:  # the disk is full: what is there can be read
        log.warning("a take cannot be written to its end", reason=str(error))
    return tuple(sorted(voices(files.directory)))


def voices(directory: Path) -> Mapping[int, Path]:
    """Return the files of a take's voices, by account; no folder, or not any more: none."""
    try:
        found = list(directory.glob(f"*{VOICE_SUFFIX}"))
    except FileNotFoundError:  # it was deleted this very moment
        return {}
    return {int(path.stem): path for path in found if path.stem.isdecimal()}


def lengths(directory: Path) -> Mapping[int, int]:
    """Return how many samples of which voices a take's folder holds."""
    found = {}
    for account_id, path in voices(directory).items():
        try:
            found[account_id] = length_samples(path)
        except (ValueError, OSError) as error:
            log.warning("a voice of a take cannot be read", file=path.name, reason=str(error))
    return found


def sizes(directory: Path) -> Mapping[int, int]:
    """Return how many bytes each voice of a take has; no folder: none."""
    return {account_id: _size(path) for account_id, path in voices(directory).items()}


def size(folder: Path) -> int:
    """Return how many bytes the files in a folder have, and in those below it.

    Folders come and go there while it is looked at: what an episode is made in is deleted with it.
    """
    return sum(_size(Path(where, name)) for where, _, names in os.walk(folder) for name in names)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # it was deleted this very moment
        return 0


def erase_from_journals(folder: Path, account_id: int, running: set[int]) -> None:
    """Delete somebody from the journals of all takes but those that run, however many."""
    for journal in folder.glob(f"[0-9]*/{JOURNAL}"):
        if int(journal.parent.name) not in running:
            forget(journal, account_id)
