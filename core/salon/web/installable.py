"""What makes an app of the page: its worker, and what it says of itself when it is installed.

Its icons show the picture of the community, where it has one (`Files.make_app_icons`): whoever may
open the page to sign in gets them, since a device asks for them without saying who. Their addresses
say which picture on which colour, so that a device sees that there is another.

The worker is one classic script at the root, so that every address of the app is in its scope. Its
first line is made here: which built files it keeps for times without a network (those of the core,
but for what is large and seldom wanted), and where the app is. A rebuild changes that line, and so
the worker.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path

from aiohttp import hdrs, web

from salon.errors import NotFound
from salon.services.directory import Directory
from salon.services.files import Files
from salon.web.assets import Asset, Client
from salon.web.files import FOR_EVER, answer

ICONS = Path(__file__).parent / "static" / "icons"
WORKER = "worker/worker.ts"
LATER = "app/later.css"  # the style that each page of the app names, however large
# What is larger waits until somebody wants it: emoji, the colours of code, the noise filter.
FILE_MAX_BYTES = 64_000
ASK_AGAIN = "no-cache"
AN_HOUR = "public, max-age=3600"
OWN = {  # what Salon has itself, by what is asked for
    "192.png": "192.png",
    "512.png": "512.png",
    "maskable.png": "maskable.png",
    "touch.png": "192.png",
    "badge.png": "badge.png",
}
PNG = "image/png"
# The paper of tokens.css, as what an operating system paints before the page is there.
PAPER = "#f6f4ef"
SHELL_HEADER = "Salon-Shell"


class Installable:
    """One method per address."""

    def __init__(
        self, client: Client, directory: Directory, files: Files, pages: Collection[str]
    ) -> None:
        """`pages`: the first parts of the addresses where the page of the app is."""
        self._client = client
        self._files = files
        self._directory = directory
        self._pages = sorted(pages)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/sw.js", self.worker)
        app.router.add_get("/manifest.webmanifest", self.manifest)
        app.router.add_get("/icon/{name}", self.icon)

    def version(self) -> str:
        """Return what the worker, its files and the page that it keeps have in common."""
        return _version(self._kept())

    def _kept(self) -> Sequence[str]:
        """Return what the worker keeps: what is small, and what every page names."""
        bundle = self._client.bundle
        small, style = bundle.files(FILE_MAX_BYTES), bundle.entry(LATER).file
        return small if style in small else (*small, style)

    async def worker(self, request: web.Request) -> web.Response:
        files = self._kept()
        own = self._client.bundle.entry(WORKER).file
        shell = {
            "version": _version(files),
            "files": [file for file in files if file != own],
            "pages": self._pages,
        }
        script = self._client.bundle.asset(own.rpartition("/")[2]).content
        content = f"const SHELL = {json.dumps(shell)};\n".encode() + script
        return answer(request, Asset(content, "text/javascript"), cache=ASK_AGAIN)

    async def manifest(self, request: web.Request) -> web.Response:
        claimed = self._directory.is_claimed
        name = self._directory.community.name if claimed else "Salon"
        language = self._directory.community.language if claimed else "en"
        said = {
            "id": "/",
            "name": name,
            "short_name": name,
            "lang": language,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": PAPER,
            "icons": [
                {"src": self._icon("192.png"), "sizes": "192x192", "type": PNG},
                {"src": self._icon("512.png"), "sizes": "512x512", "type": PNG},
                {
                    "src": self._icon("maskable.png"),
                    "sizes": "512x512",
                    "type": PNG,
                    "purpose": "maskable",
                },
            ],
        }
        asset = Asset(json.dumps(said).encode(), "application/manifest+json")
        response = answer(request, asset, cache=ASK_AGAIN)
        response.headers[hdrs.CONTENT_TYPE] = "application/manifest+json; charset=utf-8"
        return response

    async def icon(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in OWN:
            raise NotFound("There is no such picture.", reason="nothing_here")
        picture_id = self._directory.community.icon_id if self._directory.is_claimed else None
        opened = None
        if picture_id is not None:
            opened = await self._files.app_icon(picture_id, name.removesuffix(".png"))
        if opened is None:
            content = (ICONS / OWN[name]).read_bytes()
        else:
            parts = self._files.read(opened, 0, opened.rendition.size_bytes)
            content = b"".join([part async for part in parts])
        is_named = request.path_qs == self._icon(name) != request.path
        return answer(request, Asset(content, PNG), cache=FOR_EVER if is_named else AN_HOUR)

    def _icon(self, name: str) -> str:
        return icon_address(self._directory, name)


def icon_address(directory: Directory, name: str) -> str:
    """Return where an icon is: another address when it changes."""
    picture_id = directory.community.icon_id if directory.is_claimed else None
    if picture_id is None:
        return f"/icon/{name}"
    return f"/icon/{name}?v={picture_id}-{directory.community.accent_hue}"


def _version(files: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
