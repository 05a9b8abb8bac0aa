"""Calls plugins one by one, so that a failure stays with the plugin that caused it.

pluggy gives marks, signatures and registration. It is synchronous and calls all implementations
in one go: with `async def` hooks that leaves coroutines unawaited and answers without a name. So
the host asks pluggy who implements what, and calls each one by itself.
"""

import inspect
import itertools
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pluggy

from salon.domain.messages import TEXT_MAX_CHARACTERS
from salon.domain.verdicts import Amend, Deny
from salon.errors import Denied
from salon.host.contain import Call, Guard, PluginFailed
from salon.host.declarations import unusable_answer
from salon.host.specs import CONTRIBUTIONS, SPECS
from salon.plugin import Plugin
from salon.plugin.hookspecs import PROJECT, Hookspecs

T = TypeVar("T")

REASON_MAX_CHARACTERS = 500
SLUG_MAX_CHARACTERS = 64
FACTS_MAX = 8


@dataclass(frozen=True, slots=True)
class Implementation:
    """One plugin's function for one hook."""

    plugin: str
    hook: str
    function: Any
    arguments: tuple[str, ...]
    call: Call
    is_plain: bool
    """Whether it is called at once; it may answer with a coroutine that is still to be awaited."""

    def __call__(self, facts: Mapping[str, Any]) -> Any:
        return self.function(**{name: facts[name] for name in self.arguments})


class Hooks:
    """Who implements what, and how they are asked."""

    def __init__(self, guard: Guard, *, budget_factor: float = 1.0) -> None:
        self._guard = guard
        self._budget_factor = budget_factor
        self._implementations: dict[str, dict[str, Implementation]] = {hook: {} for hook in SPECS}

    def add(self, name: str, plugin: Plugin[Any]) -> None:
        """Register what a plugin implements; plugins are asked in the order in which they come.

        Raises what pluggy finds wrong.
        """
        registry = pluggy.PluginManager(PROJECT)
        registry.add_hookspecs(Hookspecs)
        registry.register(plugin, name=name)
        registry.check_pending()
        for hook in SPECS:
            for found in getattr(registry.hook, hook).get_hookimpls():
                self._implementations[hook][name] = Implementation(
                    name,
                    hook,
                    found.function,
                    tuple(found.argnames),
                    Call(name, hook),
                    is_plain=not inspect.iscoroutinefunction(found.function),
                )

    def remove(self, name: str) -> None:
        """Forget a plugin that was refused after all."""
        for implementations in self._implementations.values():
            implementations.pop(name, None)

    def put_in_order(self, names: Sequence[str]) -> None:
        """Ask the plugins in this order, which is that of the configuration."""
        for hook, known in self._implementations.items():
            self._implementations[hook] = {name: known[name] for name in names if name in known}

    def of(self, hook: str) -> Sequence[Implementation]:
        return tuple(self._implementations[hook].values())

    def has(self, name: str, hook: str) -> bool:
        return name in self._implementations[hook]

    def collect(self, name: str) -> dict[str, Sequence[object]]:
        """Ask one plugin what it contributes, by hook. Raises PluginFailed."""
        answers: dict[str, Sequence[object]] = {}
        for spec in CONTRIBUTIONS:
            one = self._implementations[spec.name].get(name)
            if one is None:
                continue
            answer = self._guard.run_sync(one.call, lambda one=one: one({}))  # type: ignore[misc]
            expected = unusable_answer(spec.name, answer)
            if expected is not None:
                raise self._guard.wrong_answer(one.call, answer, expected)
            answers[spec.name] = tuple(answer)
        return answers

    async def tell(self, name: str, hook: str, facts: Mapping[str, Any]) -> None:
        """Call a hook of one plugin that answers nothing. Raises PluginFailed."""
        one = self._implementations[hook].get(name)
        if one is None:
            return
        answer = await self._ask(one, facts)
        if answer is not None:
            raise self._guard.wrong_answer(one.call, answer, "nothing")

    async def answer(self, name: str, hook: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask one plugin for what it knows; empty when that is nothing. Raises PluginFailed."""
        one = self._implementations[hook].get(name)
        answer = None if one is None else await self._ask(one, facts)
        if one is None or answer is None:
            return {}
        if not isinstance(answer, Mapping):
            raise self._guard.wrong_answer(one.call, answer, "None or a mapping")
        return answer

    async def decide(self, one: Implementation, draft: T, facts: Mapping[str, Any]) -> T:
        """Ask one plugin. Return the draft as it is to go on.

        Raises Denied with the plugin's reason, and PluginFailed when there is no usable answer.
        """
        if draft is not None:
            facts = {**facts, SPECS[one.hook].arguments[0]: draft}
        answer = await self._ask(one, facts)
        match answer:
            case None:
                return draft
            case Deny(reason=str()) if _is_sayable(answer):
                raise _refusal(one.plugin, answer)
            case Amend(draft=changed) if draft is not None and _fits(changed, draft):
                return typing.cast("T", changed)
        raise self._guard.wrong_answer(one.call, answer, _expected_for(draft))

    async def _ask(self, one: Implementation, facts: Mapping[str, Any]) -> Any:
        budget_s = SPECS[one.hook].kind.budget_s * self._budget_factor
        if not one.is_plain:
            return await self._guard.run(one.call, lambda: one(facts), budget_s=budget_s)
        answer = self._guard.run_sync(one.call, lambda: one(facts))
        if not isinstance(answer, types.CoroutineType):
            return answer
        try:
            return await self._guard.run(one.call, lambda: answer, budget_s=budget_s)
        finally:
            if inspect.getcoroutinestate(answer) == inspect.CORO_CREATED:
                answer.close()  # the caller was cancelled before the first step


def _refusal(plugin: str, answer: Deny) -> Denied:
    """Return a plugin's refusal, whose facts fit into a frame."""
    message = _readable(answer.reason) or "This was refused, without a reason."
    refusal = Denied(message, plugin=plugin)
    if answer.slug is not None:
        refusal.reason = f"{plugin}.{answer.slug[:SLUG_MAX_CHARACTERS]}"
        facts = itertools.islice(answer.facts.items(), FACTS_MAX)
        shown = {name[:SLUG_MAX_CHARACTERS]: _readable(fact) for name, fact in facts}
        refusal.facts = shown | {"plugin": plugin}
    return refusal


def _is_sayable(answer: Deny) -> bool:
    """Whether the slug and the facts are what they are said to be; foreign code made them."""
    if answer.slug is None:
        return True
    is_mapping = isinstance(answer.facts, Mapping)
    texts = [answer.slug, *answer.facts, *answer.facts.values()] if is_mapping else [None]
    return all(isinstance(text, str) for text in texts)


def failure_of(failed: PluginFailed, hook: str) -> Denied:
    """Return the refusal for a decision that fails with policy "deny": it names the plugin."""
    asked = hook.removeprefix("may_").replace("_", " ")
    message = (
        f"The plugin {failed.plugin!r} is asked before you may {asked}, and it failed. "
        "Try again later, or tell the owner."
    )
    return Denied(message, reason="plugin_decides", plugin=failed.plugin)


def _readable(reason: str) -> str:
    """Return a text that fits on a screen and into a frame; an endless one still denies."""
    text = " ".join(reason[: 2 * REASON_MAX_CHARACTERS].split())
    text = text.encode("utf-8", "replace").decode()
    if len(text) > REASON_MAX_CHARACTERS:
        text = f"{text[: REASON_MAX_CHARACTERS - 1]}…"
    return text


def _fits(changed: object, draft: object) -> bool:
    """Whether an amended draft has the type, the fields and the sizes of a real one."""
    if type(changed) is not type(draft):
        return False
    hints = typing.get_type_hints(type(draft))
    values = [(getattr(changed, field.name, ...), hints[field.name]) for field in fields(changed)]  # type: ignore[arg-type]
    return all(_is_a(value, hint) and _is_storable(value) for value, hint in values)


def _is_a(value: object, hint: Any) -> bool:
    return isinstance(value, hint) if isinstance(hint, type | types.UnionType) else True


def _is_storable(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return len(value) <= TEXT_MAX_CHARACTERS and not any("\ud800" <= c <= "\udfff" for c in value)


def _expected_for(draft: object) -> str:
    if draft is None:
        return "None or Deny"
    most = f"up to {TEXT_MAX_CHARACTERS:,} characters"
    return f"None, Deny, or Amend with a {type(draft).__name__} of {most}"
