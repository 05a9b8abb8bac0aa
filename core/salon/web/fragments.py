"""Plugins' pieces of pages that are rendered on the server; one that fails is left out."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from aiohttp import web
from markupsafe import Markup

from salon.domain.accounts import Account
from salon.errors import SalonError
from salon.host import Host
from salon.plugin.contributions import PageFragment
from salon.web.templating import Templates

BUDGET_S = 1.0


class Fragments:
    """Asks the plugins in the order of the configuration."""

    def __init__(self, host: Host, templates: Templates) -> None:
        self._host = host
        self._templates = templates

    async def at(
        self, place: str, request: web.Request, actor: Account | None, language: str
    ) -> Sequence[Markup]:
        """Return what plugins put at a place: safe HTML, each from its own template."""
        pieces = []
        for plugin, contributed in self._host.contributions.items():
            for fragment in contributed.fragments:
                if fragment.place == place and self._host.is_running(plugin):
                    render = partial(self._render, fragment, request, actor, language)
                    with suppress(SalonError):  # counted by the host; the page goes on without it
                        pieces.append(
                            await self._host.call(
                                plugin, f"page fragment {place}", render, budget_s=BUDGET_S
                            )
                        )
        return pieces

    async def _render(
        self, fragment: PageFragment, request: web.Request, actor: Account | None, language: str
    ) -> Markup:
        facts = await fragment.gather(request, actor)
        html = await self._templates.render(fragment.template, language, facts)
        return Markup(html)  # noqa: S704 rendered by our own engine, which escapes
