"""The built client: which files a page needs, and the files themselves.

`core/client/build.ts` writes a folder with hashed names and a `manifest.json`. Files are served
from memory, zipped once. A changed manifest (a rebuild while the server runs) is read again.
"""

import base64
import gzip
import hashlib
import json
import mimetypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from salon.errors import NotFound

APP = Path(__file__).parent / "static" / "app"
SHARED = ("preact", "preact/hooks", "preact/jsx-runtime", "@preact/signals", "@salon/client")
ZIPPED_FROM_BYTES = 512
SHRINK = frozenset({"application/json", "application/wasm", "image/svg+xml"})
TYPES = {".js": "text/javascript", ".css": "text/css", ".map": "application/json"}


@dataclass(frozen=True)
class Asset:
    """One file, plain and zipped."""

    content: bytes
    content_type: str

    @cached_property
    def zipped(self) -> bytes | None:
        if len(self.content) < ZIPPED_FROM_BYTES or not _shrinks(self.content_type):
            return None
        return gzip.compress(self.content, 9, mtime=0)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry of the manifest needs, as addresses."""

    file: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


class Bundle:
    """One folder of built files, served under `base`. The folder may be missing: a plugin without
    a client."""

    def __init__(self, folder: Path, base: str) -> None:
        self._folder = folder
        self._base = base
        self._assets: dict[str, Asset] = {}
        self._manifest: dict[str, Any] = {}
        self._sizes: dict[str, int] = {}  # of scripts and style sheets, in bytes
        self._read_at_ns = -1

    def entry(self, name: str) -> Entry:
        """Return an entry's addresses. Raises NotFound."""
        found = self._current().get(name)
        if found is None:
            raise NotFound(f"The client has no entry {name!r}; build it with ./salon.")
        return Entry(
            self._base + found["file"],
            tuple(self._base + file for file in found["css"]),
            tuple(self._base + file for file in found["imports"]),
        )

    def has(self, name: str) -> bool:
        return name in self._current()

    def asset(self, name: str) -> Asset:
        """Return a file by its name in the folder. Raises NotFound."""
        self._current()
        known = self._assets.get(name)
        if known is not None:
            return known
        if not self._is_listed(name):
            raise NotFound("There is no such file.", reason="nothing_here")
        kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
        asset = Asset((self._folder / name).read_bytes(), kind or "application/octet-stream")
        self._assets[name] = asset
        return asset

    def files(self, bytes_max: int) -> Sequence[str]:
        """Return the addresses of scripts and style sheets up to a size, always in one order.

        Their names change with what is in them.
        """
        self._current()
        return tuple(
            self._base + name for name, size_bytes in self._sizes.items() if size_bytes <= bytes_max
        )

    def _is_listed(self, name: str) -> bool:
        """Whether the folder holds exactly this file: a listing cannot be talked out of it."""
        if name == "manifest.json" or not self._folder.is_dir():
            return False
        return any(file.name == name and file.is_file() for file in self._folder.iterdir())

    def _current(self) -> dict[str, Any]:
        manifest = self._folder / "manifest.json"
        try:
            changed_at_ns = manifest.stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if changed_at_ns != self._read_at_ns:
            self._manifest = json.loads(manifest.read_text("utf-8"))
            self._assets.clear()
            with os.scandir(self._folder) as files:
                sizes = {
                    file.name: file.stat().st_size
                    for file in files
                    if file.name.endswith((".js", ".css"))
                }
            self._sizes = dict(sorted(sizes.items()))
            self._read_at_ns = changed_at_ns
        return self._manifest


class Client:
    """The core's own bundle: the shell's tags and the import map that plugins share."""

    def __init__(self) -> None:
        self.bundle = Bundle(APP, "/static/app/")

    def import_map(self) -> str:
        """Return the text between the tags of the import map."""
        imports = {name: self.bundle.entry(name).file for name in SHARED}
        return json.dumps({"imports": imports}, separators=(",", ":"))

    def import_map_hash(self) -> str:
        digest = hashlib.sha256(self.import_map().encode()).digest()
        return f"sha256-{base64.b64encode(digest).decode()}"


def _shrinks(content_type: str) -> bool:
    return content_type.startswith("text/") or content_type in SHRINK
