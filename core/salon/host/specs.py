"""The hooks of this version as the host reads them from `salon.plugin.hookspecs`."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from salon.plugin.hookspecs import HookKind, Hookspecs


@dataclass(frozen=True, slots=True)
class Spec:
    """One hook: how it is called, with what, and what its docstring promises."""

    name: str
    kind: HookKind
    arguments: tuple[str, ...]
    is_async: bool
    doc: str


def _specs() -> Mapping[str, Spec]:
    specs = {}
    for name, function in vars(Hookspecs).items():
        kind = getattr(function, "hook_kind", None)
        if isinstance(kind, HookKind):
            arguments = tuple(inspect.signature(function).parameters)[1:]
            is_async = inspect.iscoroutinefunction(function)
            specs[name] = Spec(name, kind, arguments, is_async, inspect.getdoc(function) or "")
    return MappingProxyType(specs)


SPECS = _specs()
CONTRIBUTIONS = tuple(spec for spec in SPECS.values() if spec.kind.family == "contribution")
