"""Templates of pages that work without script: the core's, and each plugin's in its own name."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    PackageLoader,
    StrictUndefined,
    TemplateNotFound,
)

from salon.web import words

LoaderOf = Callable[[str], BaseLoader | None]


class _Loader(BaseLoader):
    """`page.html` is the core's; `<plugin>/x.html` is found in the plugin's `templates/`."""

    def __init__(self, loader_of: LoaderOf) -> None:
        self._core = PackageLoader("salon.web", "templates")
        self._loader_of = loader_of

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        plugin, slash, _rest = template.partition("/")
        if not slash:
            return self._core.get_source(environment, template)
        loader = self._loader_of(plugin)
        if loader is None:
            raise TemplateNotFound(template)
        return loader.get_source(environment, template)


class Templates:
    """Renders with autoescape on; an unknown name in a template is an error, not an empty text."""

    def __init__(self, loader_of: LoaderOf, shared: Callable[[], Mapping[str, Any]]) -> None:
        self._shared = shared
        self._environment = Environment(
            loader=_Loader(loader_of),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            enable_async=True,
        )

    async def render(self, template: str, language: str, facts: Mapping[str, Any]) -> str:
        """Return the page. `t(key, …)` says a sentence in the language of the page."""

        def translate(key: str, **more: Any) -> str:
            return words.word(language, key, **more)

        found = self._environment.get_template(template)
        every = {**self._shared(), "language": language, "t": translate, **facts}
        return await found.render_async(every)
