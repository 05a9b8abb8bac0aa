"""What makes an app of the page: its worker, and what it says of itself when it is installed.

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
from salon.web.assets import Asset, Client
from salon.web.files import answer

ICONS = Path(__file__).parent / "static" / "icons"
WORKER = "worker/worker.ts"
# What is larger waits until somebody wants it: emoji, the colours of code, the noise filter.
FILE_MAX_BYTES = 64_000
ASK_AGAIN = "no-cache"
A_DAY = "public, max-age=86400"
PICTURES = frozenset({"192.png", "512.png", "maskable.png", "badge.png"})
# The paper of tokens.css, as what an operating system paints before the page is there.
PAPER = "#f6f4ef"
SHELL_HEADER = "Salon-Shell"


class Installable:
    """One method per address."""

    def __init__(self, client: Client, directory: Directory, pages: Collection[str]) -> None:
        """`pages`: the first parts of the addresses where the page of the app is."""
        self._client = client
        self._directory = directory
        self._pages = sorted(pages)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/sw.js", self.worker)
        app.router.add_get("/manifest.webmanifest", self.manifest)
        app.router.add_get("/icon/{name}", self.icon)

    def version(self) -> str:
        """Return what the worker, its files and the page that it keeps have in common."""
        return _version(self._client.bundle.files(FILE_MAX_BYTES))

    async def worker(self, request: web.Request) -> web.Response:
        files = self._client.bundle.files(FILE_MAX_BYTES)
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
                {"src": "/icon/192.png", "sizes": "192x192", "type": "image/png"},
                {"src": "/icon/512.png", "sizes": "512x512", "type": "image/png"},
                {
                    "src": "/icon/maskable.png",
                    "sizes": "512x512",
                    "type": "image/png",
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
        if name not in PICTURES:
            raise NotFound("There is no such picture.", reason="nothing_here")
        content = (ICONS / name).read_bytes()
        return answer(request, Asset(content, "image/png"), cache=A_DAY)


def _version(files: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
