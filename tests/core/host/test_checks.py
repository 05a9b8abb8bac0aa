"""Reasons to refuse a plugin, each as the owner reads it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from salon.config.problems import Place, Problem
from salon.domain import events
from salon.domain.permissions import CORE_PERMISSIONS
from salon.host.checks import Circumstances, reason_to_refuse
from salon.plugin import Deny, Draft, Plugin, PluginConfig, hookimpl
from salon.store import accounts, channels, community, jobs, kv, messages  # noqa: F401 - tables
from salon.store.base import core_metadata


class Good(Plugin[PluginConfig]):
    name = "good"

    @hookimpl
    async def may_post_message(self, draft: Draft) -> Deny | None: ...

    @hookimpl
    def register_commands(self) -> list[Any]:
        return []


def reason(plugin: type[Plugin[Any]], *, taken: tuple[str, ...] = ()) -> str:
    found_as = plugin.name if isinstance(getattr(plugin, "name", None), str) else "good"
    return reason_to_refuse(plugin, Circumstances(found_as, taken, {})) or ""


def test_a_plugin_without_fault_is_not_refused() -> None:
    assert reason(Good) == ""


@pytest.mark.parametrize("name", ["", "Good", "9lives", "a-b", "x" * 33, 7, None, "naïve", "a\n"])
def test_a_name_that_cannot_be_a_prefix_is_refused(name: object) -> None:
    assert "its name is" in reason(type("Odd", (Good,), {"name": name}))


def test_a_name_of_the_core_is_refused() -> None:
    assert "belongs to the core" in reason(type("Odd", (Good,), {"name": "message"}))


def test_a_plugin_has_the_name_under_which_it_was_found() -> None:
    assert "was found as 'other'" in str(reason_to_refuse(Good, Circumstances("other", (), {})))


@pytest.mark.parametrize("what", ["title", "version"])
@pytest.mark.parametrize("text", [None, "x" * 65, "two\nlines"])
def test_a_title_and_a_version_are_one_line(what: str, text: object) -> None:
    assert f"its {what} is" in reason(type("Odd", (Good,), {what: text}))


def test_a_name_that_is_taken_is_refused_to_the_second() -> None:
    assert "has the name 'good' already" in reason(Good, taken=("good",))


@pytest.mark.parametrize("other", ["good_extra", "goo"])
def test_tables_of_two_plugins_can_be_told_apart(other: str) -> None:
    told_apart = not other.startswith("good_")
    assert ("told apart" in reason(Good, taken=(other,))) is not told_apart


@pytest.mark.parametrize("api", ["2.0", "1.99", "0.9"])
def test_another_api_is_refused(api: str) -> None:
    assert f"it needs version {api} of salon.plugin" in reason(type("Odd", (Good,), {"api": api}))


@pytest.mark.parametrize("api", ["1", "one", None, "1.0.0", "1.00000"])
def test_an_api_is_major_and_minor(api: object) -> None:
    assert "expected major.minor" in reason(type("Odd", (Good,), {"api": api}))


def test_a_plugin_that_misses_another_is_refused_with_a_hint() -> None:
    needs = type("Odd", (Good,), {"requires": ("moderatoin",)})
    assert "did you mean 'moderation'?" in reason(needs, taken=("moderation",))
    assert reason(type("Odd", (Good,), {"requires": ("moderation",)}), taken=("moderation",)) == ""


def test_requires_is_a_tuple_of_names() -> None:
    assert "expected a tuple of names" in reason(type("Odd", (Good,), {"requires": "moderation"}))


def test_a_capability_is_one_that_there_is() -> None:
    wants = type("Odd", (Good,), {"capabilities": ("conversation",)})
    assert "did you mean 'conversations'?" in reason(wants)
    assert reason(type("Odd", (Good,), {"capabilities": ("conversations",)})) == ""
    text = type("Odd", (Good,), {"capabilities": "conversations"})
    assert "expected a tuple of names" in reason(text)


def test_a_config_is_a_subclass_of_plugin_config() -> None:
    assert "its Config is" in reason(type("Odd", (Good,), {"Config": dict}))


def test_what_is_wrong_in_its_section_is_told_with_the_place() -> None:
    problem = Problem(Place("config.yaml", 3, 5), "plugins.good.wrods", "unknown setting")
    told = reason_to_refuse(Good, Circumstances("good", (), {"good": (problem,)}))
    assert told == "config.yaml:3:5: plugins.good.wrods: unknown setting"


class Misspelt(Plugin[PluginConfig]):
    name = "misspelt"

    @hookimpl
    async def message_postd(self) -> None: ...


class Unmarked(Plugin[PluginConfig]):
    name = "unmarked"

    async def message_posted(self) -> None: ...


class SyncStartup(Plugin[PluginConfig]):
    name = "sync_startup"

    @hookimpl
    def startup(self) -> None: ...


class YieldingNotice(Plugin[PluginConfig]):
    name = "yielding_notice"

    @hookimpl
    async def message_posted(self) -> Any:
        yield


class AsyncContribution(Plugin[PluginConfig]):
    name = "async_contribution"

    @hookimpl
    async def register_commands(self) -> list[Any]:
        return []


class Generating(Plugin[PluginConfig]):
    name = "generating"

    @hookimpl
    def register_commands(self) -> Any:
        yield


class Unknowing(Plugin[PluginConfig]):
    name = "unknowing"

    @hookimpl
    async def may_post_message(self, draught: Draft) -> Deny | None: ...


class Collecting(Plugin[PluginConfig]):
    name = "collecting"

    @hookimpl
    async def may_post_message(self, **facts: Any) -> Deny | None: ...


class ByKeyword(Plugin[PluginConfig]):
    name = "by_keyword"

    @hookimpl
    async def may_post_message(self, *, draft: Draft) -> Deny | None: ...


class First(Plugin[PluginConfig]):
    name = "first"

    @hookimpl(tryfirst=True)
    async def message_posted(self) -> None: ...


class Wrapping(Plugin[PluginConfig]):
    name = "wrapping"

    @hookimpl(wrapper=True)
    def message_posted(self) -> Any:
        yield


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        (Misspelt, "'message_postd', which is no hook, did you mean 'message_posted'?"),
        (Unmarked, "message_posted has the name of a hook, but not the mark @hookimpl"),
        (SyncStartup, "startup has to be `async def`"),
        (YieldingNotice, "message_posted has to be `async def` or plain `def`, without `yield`"),
        (AsyncContribution, "register_commands has to be plain `def`"),
        (Generating, "register_commands has to be plain `def`"),
        (Unknowing, "takes 'draught', offered is draft, author, channel, did you mean 'draft'?"),
        (Collecting, "takes '**facts: Any', expected plain arguments"),
        (ByKeyword, "expected plain arguments"),
        (First, "uses hookimpl(tryfirst=…)"),
        (Wrapping, "uses hookimpl(wrapper=…)"),
    ],
)
def test_an_implementation_that_does_not_fit_its_hook_is_refused(
    plugin: type[Plugin[Any]], words: str
) -> None:
    assert words in reason(plugin)


def test_an_argument_with_a_default_of_its_own_is_allowed() -> None:
    class Default(Plugin[PluginConfig]):
        name = "default"

        @hookimpl
        async def may_post_message(self, draft: Draft, strict: bool = True) -> Deny | None: ...  # noqa: FBT001, FBT002

    assert reason(Default) == ""


def test_a_property_is_not_run_by_the_checks() -> None:
    class Trap(Good):
        @property
        def words(self) -> Callable[[], None]:
            raise RuntimeError

    assert reason(Trap) == ""


def _event_names() -> list[str]:
    named = [getattr(one, "name", None) for one in vars(events).values()]
    return [name for name in named if isinstance(name, str)]


@pytest.mark.parametrize("name", [*CORE_PERMISSIONS, *_event_names(), *core_metadata.tables])
def test_no_plugin_can_have_the_first_word_of_something_in_the_core(name: str) -> None:
    word = re.split(r"[._]", name)[0]
    assert "belongs to the core" in reason(type("Odd", (Good,), {"name": word}))
