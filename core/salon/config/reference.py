"""What can be set, printed from the models: `config.example.yaml` and `docs/config.md`.

The committed files are compared with these in every test run.
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import pydantic_core
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from salon.config.section import Section
from salon.config.sections import Config
from salon.config.shape import models_in
from salon.config.types import type_in_words

WIDTH = 100

_EXAMPLE_HEAD = """\
# Every setting of Salon with its default. None is needed: an empty file works. Copy what you want
# to change into `config.yaml`. Made from the program; docs/config.md says more.
"""
_REFERENCE_HEAD = """\
# Configuration

Salon reads one YAML file, `config.yaml`: the one named on the command line, else by the variable
`SALON_CONFIG`, else in the current folder. An empty file works, and so does none. The server never
writes it. `salon check-config config.yaml` tells every mistake with its line.

- **Environment.** `SALON_SERVER__PORT=9000` sets `server.port`, and so for every setting: capitals,
  two underscores between the parts. A value that begins with `[`, `{` or a quote is read as YAML,
  as in `SALON_SERVER__TRUSTED_PROXIES='["10.0.0.0/8"]'`; any other is taken as it is. The command
  line wins over the environment, the environment over the file.
- **Secrets.** In place of any text, `{$env: NAME}` takes it from the environment and
  `{$file: path}` from a file (at most 64 KiB, without the newline at its end). They are never
  shown in messages.
- **Paths** start at the folder of the file they are written in, those of the environment and the
  command line at the current folder.
- **Words that YAML takes for true and false**, such as `no` and `off`, need quotes where text is
  meant: `mode: "off"`.
- **Limits.** The file may have 1 MiB, 50,000 values and 32 levels. One document, no tags, no merge
  keys.

Made from the program; edit the descriptions there.
"""


@dataclass(frozen=True, slots=True)
class _Setting:
    """One row of a table; `key` is dotted from its section."""

    key: str
    field: FieldInfo
    schema: Mapping[str, Any]


def example_yaml(plugin_sections: Mapping[str, type[Section]]) -> str:
    """Return a file with every setting at its default, described; it loads without problems."""
    parts = [_EXAMPLE_HEAD]
    for name, field in Config.model_fields.items():
        if name != "plugins":
            parts.append("\n" + _section_yaml(name, _only_model(field), ""))
    described = _comment(Config.model_fields["plugins"].description or "", "")
    if not plugin_sections:
        parts.append(f"\n{described}# plugins: {{}}\n")
    else:
        below = "\n".join(_section_yaml(k, m, "  ") for k, m in plugin_sections.items())
        parts.append(f"\n{described}plugins:\n{below}")
    return "".join(parts)


def reference_markdown(plugin_sections: Mapping[str, type[Section]]) -> str:
    """Return the page about all settings: a table for each section."""
    parts = [_REFERENCE_HEAD]
    for name, field in Config.model_fields.items():
        if name != "plugins":
            parts.append(_section_markdown(name, _only_model(field)))
    parts.append(f"\n## plugins\n\n{Config.model_fields['plugins'].description}\n")
    for name, model in plugin_sections.items():
        parts.append(_section_markdown(f"plugins.{name}", model))
    return "".join(parts)


def _only_model(field: FieldInfo) -> type[BaseModel]:
    return next(models_in(field.annotation))


def _section_yaml(name: str, model: type[BaseModel], indent: str) -> str:
    lines = [_comment(_about(model), indent), f"{indent}{name}:\n"]
    below = indent + "  "
    for key, field in model.model_fields.items():
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            lines.append(_section_yaml(key, nested, below))
        else:
            lines.append(_comment(field.description or "", below))
            lines.append(_setting_yaml(key, field, below))
    return "".join(lines)


def _setting_yaml(key: str, field: FieldInfo, indent: str) -> str:
    if not field.is_required():
        return f"{indent}{key}: {_flow(_default(field))}\n"
    example = _flow(field.examples[0]) if field.examples else ""
    return f"{indent}# {key}: {example}".rstrip() + "  # required\n"


def _section_markdown(name: str, model: type[BaseModel]) -> str:
    rows = "".join(_row(setting) for setting in _settings(model))
    table = f"| key | type | default | what it does | example |\n|---|---|---|---|---|\n{rows}"
    return f"\n## {name}\n\n{_about(model)}\n\n{table}"


def _settings(model: type[BaseModel], prefix: str = "") -> Iterator[_Setting]:
    schema = model.model_json_schema()
    for key, field in model.model_fields.items():
        own = schema["properties"][key] | {"$defs": schema.get("$defs", {})}
        nested = list(models_in(field.annotation))
        if field.annotation not in nested:
            yield _Setting(prefix + key, field, own)
        for inner in nested:
            yield from _settings(inner, f"{prefix}{key}{_between(field.annotation)}.")


def _between(annotation: Any) -> str:
    """Return how the way into a list or mapping of sections is written."""
    origin = getattr(annotation, "__origin__", None)
    if not get_args(annotation):
        return ""
    is_mapping = isinstance(origin, type) and issubclass(origin, Mapping)
    return ".NAME" if is_mapping else "[]"


def _row(setting: _Setting) -> str:
    field = setting.field
    default = "required" if field.is_required() else _code(_flow(_default(field)))
    example = _code(_flow(field.examples[0])) if field.examples else ""
    cells = (
        _code(setting.key),
        type_in_words(setting.schema),
        default,
        field.description or "",
        example,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _about(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _default(field: FieldInfo) -> object:
    value = field.get_default(call_default_factory=True, validated_data={})
    return pydantic_core.to_jsonable_python(value)


def _flow(value: object) -> str:
    """Return a value as YAML on one line, quoted where YAML needs it."""
    text = yaml.safe_dump(value, default_flow_style=True, width=2**20, allow_unicode=True)
    return text.removesuffix("...\n").removesuffix("\n")


def _code(text: str) -> str:
    return f"`{text}`"


def _comment(text: str, indent: str) -> str:
    lines = textwrap.wrap(text, WIDTH - len(indent) - 2, break_on_hyphens=False)
    return "".join(f"{indent}# {line}\n" for line in lines)
