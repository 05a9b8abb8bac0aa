"""What lies in the folder of episodes, by name: `12-3.mp3` is the third revision of episode 12.

Beside the MP3 are its other formats, its peaks and who speaks when, and, while it is made, a folder
`12-3.work` with the order and what is done of it.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salon_recording.production.request import FORMATS
from salon_recording.production.work import work_folder

ORDER = "order.json"
COVER = "cover.png"
MADE = frozenset({*FORMATS, "peaks.json", "turns.json"})


def write_order(order: Mapping[str, Any], cover: bytes) -> Path:
    """Write what the process is to make, readable for the server only, and return where.

    The picture goes beside it. Raises OSError.
    """
    folder = work_folder(Path(order["target"]))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    picture = folder / COVER
    _write_private(picture, cover)
    whole = {**order, "cover": str(picture)}
    _write_private(folder / ORDER, json.dumps(whole).encode())
    return folder / ORDER


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def remove_work(target: Path) -> None:
    """Remove what is left of the making of an episode. Can be called twice."""
    shutil.rmtree(work_folder(target), ignore_errors=True)


def remove_all(target: Path) -> None:
    """Remove an episode's MP3 and all beside it. Can be called twice."""
    for path in target.parent.glob(f"{target.stem}.*"):
        _remove(path)


def keep_only(folder: Path, kept: Mapping[int, tuple[str, bool]]) -> list[str]:
    """Remove files of known episodes but those of the revision that each is; return what went.

    `kept` is how its files are called, without a suffix, and whether it is made: then nobody needs
    what led to it. Files of episodes that nobody knows are not ours to judge.
    """
    removed = []
    for path in folder.glob("*-*.*"):
        name, _, suffix = path.name.partition(".")
        of_episode = name.partition("-")[0]
        if not of_episode.isdecimal() or int(of_episode) not in kept:
            continue
        wanted, is_made = kept[int(of_episode)]
        if name != wanted or (suffix in MADE) != is_made:
            _remove(path)
            removed.append(path.name)
    return removed


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
