"""Builds the aiohttp application: every core address on one page, then the plugins'."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import BaseLoader, FileSystemLoader

from salon.clock import Clock
from salon.config import Config
from salon.errors import NotFound
from salon.host import Host
from salon.services.invitations import Invitations
from salon.services.services import Services
from salon.web import headers
from salon.web.api import Api
from salon.web.assets import Asset, Bundle, Client
from salon.web.auth import Auth
from salon.web.downloads import Downloads
from salon.web.files import answer
from salon.web.fragments import Fragments
from salon.web.installable import Installable, icon_address
from salon.web.listening import ListeningPages
from salon.web.mail_pages import MailPages
from salon.web.middleware import ONE_CLICK, Middleware
from salon.web.mounts import Mounts
from salon.web.origin import Origins
from salon.web.own_data import OwnData
from salon.web.pages import Claimed, Pages
from salon.web.public import PublicPages
from salon.web.public_home import PublicHome
from salon.web.record import Record
from salon.web.socket.commands import core_commands
from salon.web.socket.gateway import Gateway
from salon.web.socket.registry import Core
from salon.web.templating import Templates
from salon.web.uploads import Uploads

ICON = Path(__file__).parent / "static" / "icon.svg"
ICON_CACHE = "public, max-age=86400"
# Where the page of the app is.
ADDRESSES = (
    "/",
    "/c/{slug}",
    "/c/{slug}/m/{message}",
    "/c/{slug}/t",
    "/c/{slug}/t/{thread}",
    "/c/{slug}/t/{thread}/m/{message}",
    "/d",
    "/d/{channel}",
    "/d/{channel}/m/{message}",
    "/r/{slug}",
    "/r/{slug}/m/{message}",
    "/j/{key}",
    "/rooms",
    "/inbox",
    "/inbox/{message}",
    "/welcome",
    "/welcome/{step}",
    "/search",
    "/settings",
    "/admin",
    "/settings/{topic:.+}",
    "/admin/{topic:.+}",
)


class PluginFiles:
    """The bundles and templates of plugins, by the folder of their class's module."""

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {}
        self._bundles: dict[str, Bundle] = {}

    def know(self, plugin: str, folder: Path) -> None:
        self._folders[plugin] = folder

    def folder(self, plugin: str) -> Path | None:
        return self._folders.get(plugin)

    def bundle(self, plugin: str) -> Bundle:
        known = self._bundles.get(plugin)
        if known is None:
            folder = self._folders.get(plugin)
            if folder is None:
                raise NotFound("There is no such plugin.", reason="nothing_here")
            known = Bundle(folder / "static" / "app", f"/p/{plugin}/static/app/")
            self._bundles[plugin] = known
        return known

    def loader(self, plugin: str) -> BaseLoader | None:
        folder = self._folders.get(plugin)
        return None if folder is None else FileSystemLoader(folder / "templates")


class WebPages:
    """Templates and addresses for plugins: the `Pages` of the facade."""

    def __init__(
        self, templates: Templates, files: PluginFiles, language: Callable[[], str]
    ) -> None:
        self._templates = templates
        self._files = files
        self._language = language

    async def render(self, plugin: str, template: str, facts: dict[str, Any]) -> str:
        del plugin  # the name of the template begins with it
        language = facts.pop("language", None) or self._language()
        return await self._templates.render(template, language, facts)

    def asset(self, plugin: str, source: str) -> str:
        return self._files.bundle(plugin).entry(source).file


@dataclass(frozen=True, slots=True)
class Front:
    """The application and what the composition root needs of it."""

    application: web.Application
    api: Api
    gateway: Gateway
    auth: Auth


def shared_facts(
    client: Client, services: Callable[[], Services]
) -> Callable[[], Mapping[str, Any]]:
    """Return what every template may print."""

    def facts() -> Mapping[str, Any]:
        directory = services().directory
        claimed = directory.is_claimed
        return {
            "community": directory.community.name if claimed else "Salon",
            "accent_hue": directory.community.accent_hue if claimed else 165,
            "touch_icon": icon_address(directory, "touch.png"),
            "page_style": client.bundle.entry("pages/pages.css").file,
            "page_script": client.bundle.entry("pages/door.ts").file,
            "theme_script": client.bundle.entry("app/theme.ts").file,
            "listen_script": client.bundle.entry("pages/listen.ts").file,
        }

    return facts


def build(  # noqa: PLR0913 everything meets here
    *,
    config: Config,
    services: Services,
    invitations: Invitations,
    templates: Templates,
    files: PluginFiles,
    client: Client,
    origins: Origins,
    clock: Clock,
    claimed: Claimed,
    is_voice_open: Callable[[], bool],
) -> Front:
    """Compose the web. Plugins have to be prepared: their routes are added here."""
    host, directory = services.host, services.directory
    core = Core(services, invitations, services.base_url)
    gateway = Gateway(
        core, core_commands(), clock, config.limits, lambda: _modules(services, files)
    )
    auth = Auth(services.sessions, services.directory, origins)
    fragments = Fragments(host, templates)
    starts = {address.split("/")[1] for address in ADDRESSES}
    installable = Installable(client, services.directory, services.files, starts)
    pages = Pages(
        config=config,
        services=services,
        auth=auth,
        origins=origins,
        templates=templates,
        client=client,
        fragments=fragments,
        claimed=claimed,
        shell_version=installable.version,
        public=PublicPages(
            messages=services.messages,
            directory=directory,
            origins=origins,
            templates=templates,
            clock=clock,
            is_indexed=config.server.search_engines,
            home=PublicHome(directory=directory, listening=services.listening, fragments=fragments),
        ),
    )
    api = Api(
        auth=auth,
        services=services,
        gateway=gateway,
        origins=origins,
        limits=config.limits,
        is_voice_open=is_voice_open,
    )
    mounts = Mounts(host, auth, services.directory, config.limits, files.bundle)
    middleware = Middleware(
        origins=origins,
        mounts=mounts,
        pages=pages,
        policy=lambda: headers.content_security_policy(client.import_map_hash()),
        clock=clock,
    )
    application = web.Application(
        middlewares=middleware.all(), client_max_size=config.limits.body_max_bytes
    )
    _add_core_routes(application, pages, api, client)
    installable.add_to(application)
    ListeningPages(
        listening=services.listening,
        pictures=services.room_pictures,
        directory=directory,
        auth=auth,
        origins=origins,
        templates=templates,
        clock=clock,
        is_indexed=config.server.search_engines,
    ).add_to(application)
    _add_routes_of_files_and_data(application, auth, services, config)
    _add_mail_routes(application, MailPages(pages, services.mail, config.limits))
    mounts.add_to(application)
    _add_pages_of_plugins(application, pages, host)
    return Front(application, api, gateway, auth)


def _add_core_routes(app: web.Application, pages: Pages, api: Api, client: Client) -> None:
    async def file(request: web.Request) -> web.Response:
        return answer(request, client.bundle.asset(request.match_info["name"]))

    async def icon(request: web.Request) -> web.Response:
        return answer(request, Asset(ICON.read_bytes(), "image/svg+xml"), cache=ICON_CACHE)

    app.router.add_get("/health/live", api.live)
    app.router.add_get("/health/ready", api.ready)
    app.router.add_get("/health/hops", api.hops)
    app.router.add_get("/static/app/{name:.+}", file)
    app.router.add_get("/static/icon.svg", icon)
    app.router.add_get("/setup/{token}", pages.show_setup)
    app.router.add_post("/setup/{token}", pages.claim)
    app.router.add_get("/signin", pages.show_sign_in)
    app.router.add_post("/signin", pages.sign_in)
    app.router.add_post("/signin/code", pages.give_code)
    app.router.add_post("/signout", pages.sign_out)
    app.router.add_get("/i", pages.find_invitation)
    app.router.add_get("/i/{code}", pages.show_invitation)
    app.router.add_post("/i/{code}", pages.join)
    app.router.add_get("/join", pages.show_invitation)
    app.router.add_post("/join", pages.join)
    app.router.add_get("/reset/{token}", pages.show_reset)
    app.router.add_post("/reset/{token}", pages.reset)
    app.router.add_get("/api/address", api.address)
    app.router.add_post("/api/ticket", api.ticket)
    app.router.add_post("/api/password", api.change_password)
    app.router.add_post("/api/prove", api.prove)
    app.router.add_post("/api/passkey/challenge", api.passkey_challenge)
    app.router.add_post("/api/passkey/sign-in", api.passkey_sign_in)
    app.router.add_get("/socket", api.socket)
    for address in ADDRESSES:
        app.router.add_get(address, pages.shell)


def _add_routes_of_files_and_data(
    app: web.Application, auth: Auth, services: Services, config: Config
) -> None:
    uploads = Uploads(auth, services.files, config.limits)
    downloads = Downloads(auth, services.files)
    record = Record(auth, services.audit)
    own_data = OwnData(auth, services.exports, services.leaving, config.limits)
    app.router.add_get("/api/audit.{kind}", record.send)
    app.router.add_post("/api/export", own_data.ask_for_export)
    app.router.add_get("/api/export", own_data.send_export)
    app.router.add_post("/api/deletion", own_data.ask_for_deletion)
    app.router.add_post("/api/files", uploads.receive)
    app.router.add_get("/f/{id}/{name}", downloads.send)


def _add_mail_routes(app: web.Application, pages: MailPages) -> None:
    app.router.add_get("/signin/mail", pages.show_ask)
    app.router.add_post("/signin/mail", pages.ask)
    app.router.add_get("/signin/link/{token}", pages.show_sign_in)
    app.router.add_post("/signin/link/{token}", pages.sign_in)
    app.router.add_get("/address/{token}", pages.show_confirm)
    app.router.add_post("/address/{token}", pages.confirm)
    app.router.add_get(f"{ONE_CLICK}{{token}}", pages.show_unsubscribe)
    app.router.add_post(f"{ONE_CLICK}{{token}}", pages.unsubscribe)


def _add_pages_of_plugins(app: web.Application, pages: Pages, host: Host) -> None:
    """Serve the app where a plugin's client module has its page and no route of it answers."""

    async def shell(request: web.Request) -> web.StreamResponse:
        contributed = host.contributions.get(request.match_info["plugin"])
        if contributed is None or not contributed.client_modules:
            raise NotFound("There is no such page.", reason="nothing_here")
        return await pages.shell(request)

    for address in ("/p/{plugin}", "/p/{plugin}/{rest:.*}"):
        app.router.add_get(address, shell)


def _modules(services: Services, files: PluginFiles) -> list[dict[str, Any]]:
    """Return the client modules of running plugins, with hashed addresses."""
    found = []
    for plugin, contributed in services.host.contributions.items():
        if not services.host.is_running(plugin):
            continue
        bundle = files.bundle(plugin)
        for module in contributed.client_modules:
            if bundle.has(module.source):
                entry = bundle.entry(module.source)
                found.append({"plugin": plugin, "url": entry.file, "styles": list(entry.styles)})
    return found
