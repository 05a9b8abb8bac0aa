"""One function per reason to refuse a plugin, asked before any of its code runs.

Each answers with a sentence for the owner, or None. What a plugin declares when it is asked is
judged by `declarations.py`.
"""

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from salon.config.problems import Problem, did_you_mean, shown
from salon.host.specs import SPECS
from salon.plugin import API_VERSION, Plugin, PluginConfig
from salon.plugin.base import CAPABILITIES
from salon.plugin.hookspecs import PROJECT

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})")
TITLE_MAX_CHARACTERS = 64

# The first words of the core's commands, events, permissions and tables.
RESERVED_NAMES = frozenset(
    {
        "access",
        "account",
        "administrator",
        "application",
        "applications",
        "audit",
        "block",
        "captioned",
        "card",
        "category",
        "channel",
        "code",
        "community",
        "conversation",
        "core",
        "deletion",
        "emoji",
        "episode",
        "event",
        "export",
        "file",
        "former",
        "granted",
        "hand",
        "house",
        "inbox",
        "invitation",
        "job",
        "kv",
        "level",
        "link",
        "mail",
        "member",
        "mention",
        "message",
        "messages",
        "one",
        "participant",
        "passkey",
        "ping",
        "plugin",
        "plugins",
        "presence",
        "privacy",
        "push",
        "quiet",
        "reaction",
        "read",
        "recovery",
        "role",
        "room",
        "rules",
        "salon",
        "sanction",
        "second_step",
        "server",
        "session",
        "slash",
        "slots",
        "speaking",
        "stage",
        "tag",
        "talk",
        "thread",
        "trial",
        "typing",
        "visitors",
        "voice",
    }
)

PluginClass = type[Plugin[Any]]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a plugin is judged against."""

    found_as: str
    """The name of its entry point or file."""

    taken: Collection[str]
    """Names of the plugins before it that were not refused."""

    problems: Mapping[str, tuple[Problem, ...]]
    """What is wrong in the configuration, by plugin."""


def reason_to_refuse(plugin: PluginClass, around: Circumstances) -> str | None:
    """Return the first reason, or None for a plugin that may be built."""
    return next((reason for check in CHECKS if (reason := check(plugin, around))), None)


def its_name_is_no_name(plugin: PluginClass, around: Circumstances) -> str | None:
    name = getattr(plugin, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return (
            f"its name is {shown(name)}, expected up to 32 of a-z, 0-9 and _, a letter at the start"
        )
    if name in RESERVED_NAMES:
        return f"its name {name!r} belongs to the core"
    if name != around.found_as:
        return f"it was found as {around.found_as!r}, and calls itself {name!r}"
    return None


def its_title_is_no_text(plugin: PluginClass, _: Circumstances) -> str | None:
    for what, text in (("title", plugin.title), ("version", plugin.version)):
        if not isinstance(text, str) or len(text) > TITLE_MAX_CHARACTERS or not _is_line(text):
            return f"its {what} is {shown(text)}, expected a line of up to 64 characters"
    return None


def its_name_is_taken(plugin: PluginClass, around: Circumstances) -> str | None:
    name = plugin.name
    for other in around.taken:
        if name == other:
            return f"another plugin has the name {name!r} already"
        if name.startswith(f"{other}_") or other.startswith(f"{name}_"):
            return f"tables of {name!r} and of the plugin {other!r} could not be told apart"
    return None


def it_needs_another_api(plugin: PluginClass, _: Circumstances) -> str | None:
    needed = VERSION.fullmatch(plugin.api) if isinstance(plugin.api, str) else None
    if needed is None:
        return f"its api is {shown(plugin.api)}, expected major.minor as in {API_VERSION!r}"
    major, minor = (int(number) for number in API_VERSION.split("."))
    if int(needed[1]) != major or int(needed[2]) > minor:
        return f"it needs version {plugin.api} of salon.plugin, this server has {API_VERSION}"
    return None


def it_misses_another_plugin(plugin: PluginClass, around: Circumstances) -> str | None:
    required = plugin.requires
    if not isinstance(required, tuple) or not all(isinstance(name, str) for name in required):
        return f"its requires is {shown(required)}, expected a tuple of names"
    missing = next((name for name in required if name not in around.taken), None)
    if missing is None:
        return None
    hint = did_you_mean(missing, around.taken)
    return f"it needs the plugin {missing!r}, which is absent, refused or needs this one{hint}"


def it_wants_an_unknown_capability(plugin: PluginClass, _: Circumstances) -> str | None:
    wanted = plugin.capabilities
    if not isinstance(wanted, tuple) or not all(isinstance(name, str) for name in wanted):
        return f"its capabilities is {shown(wanted)}, expected a tuple of names"
    unknown = next((name for name in wanted if name not in CAPABILITIES), None)
    if unknown is None:
        return None
    hint = did_you_mean(unknown, CAPABILITIES)
    return f"it wants the capability {unknown!r}, which there is not{hint}"


def it_is_configured_wrongly(plugin: PluginClass, around: Circumstances) -> str | None:
    config = plugin.Config
    if not (isinstance(config, type) and issubclass(config, PluginConfig)):
        return f"its Config is {shown(config)}, expected a subclass of PluginConfig"
    problems = around.problems.get(plugin.name, ())
    return "\n".join(str(problem) for problem in problems) or None


def it_implements_an_unknown_hook(plugin: PluginClass, _: Circumstances) -> str | None:
    for name, _function in _marked(plugin):
        if name not in SPECS:
            return f"it implements {name!r}, which is no hook{did_you_mean(name, SPECS)}"
    return None


def it_forgot_a_marker(plugin: PluginClass, _: Circumstances) -> str | None:
    marked = dict(_marked(plugin))
    for name in SPECS:
        if hasattr(plugin, name) and name not in marked:
            return f"its {name} has the name of a hook, but not the mark @hookimpl"
    return None


def it_marks_with_options(plugin: PluginClass, _: Circumstances) -> str | None:
    for name, function in _marked(plugin):
        options = getattr(function, f"{PROJECT}_impl")
        used = sorted(option for option, value in options.items() if value)
        if used:
            return f"its {name} uses hookimpl({used[0]}=…); the order is that of the configuration"
    return None


_COLOURS = {
    "contribution": "plain `def`",
    "decision": "`async def` or plain `def`",
    "notice": "`async def` or plain `def`",
    "life": "`async def`",
}


def it_has_the_wrong_colour(plugin: PluginClass, _: Circumstances) -> str | None:
    for name, function in _marked(plugin):
        family, is_async = SPECS[name].kind.family, inspect.iscoroutinefunction(function)
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            return f"its {name} has to be {_COLOURS[family]}, without `yield`"
        if is_async if family == "contribution" else family == "life" and not is_async:
            return f"its {name} has to be {_COLOURS[family]}"
    return None


def it_asks_for_unknown_arguments(plugin: PluginClass, _: Circumstances) -> str | None:
    for name, function in _marked(plugin):
        known = SPECS[name].arguments
        for parameter in _parameters(plugin, name, function):
            if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
                return f"its {name} takes {str(parameter)!r}, expected plain arguments"
            if parameter.name not in known and parameter.default is inspect.Parameter.empty:
                offered = ", ".join(known) or "nothing"
                hint = did_you_mean(parameter.name, known)
                return f"its {name} takes {parameter.name!r}, offered is {offered}{hint}"
    return None


CHECKS: tuple[Callable[[PluginClass, Circumstances], str | None], ...] = (
    its_name_is_no_name,
    its_title_is_no_text,
    its_name_is_taken,
    it_needs_another_api,
    it_misses_another_plugin,
    it_wants_an_unknown_capability,
    it_is_configured_wrongly,
    it_implements_an_unknown_hook,
    it_forgot_a_marker,
    it_marks_with_options,
    it_has_the_wrong_colour,
    it_asks_for_unknown_arguments,
)


def _marked(plugin: PluginClass) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield what carries the mark of hookimpl, without running properties."""
    for name in dir(plugin):
        static = inspect.getattr_static(plugin, name, None)
        function = getattr(static, "__func__", static)
        if isinstance(function, FunctionType) and hasattr(function, f"{PROJECT}_impl"):
            yield name, function


def _parameters(
    plugin: PluginClass, name: str, function: Callable[..., Any]
) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(function).parameters.values())
    is_static = isinstance(inspect.getattr_static(plugin, name), staticmethod)
    return parameters if is_static else parameters[1:]


def _is_line(text: str) -> bool:
    return text == "" or text.isprintable()
