"""What is wrong in the configuration, where, and what was meant."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from salon.errors import Invalid

SHOWN_CHARACTERS = 60
PROBLEMS_SHOWN = 100


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was written: `config.yaml:3:5`, `SALON_SERVER__PORT` or `--port`."""

    source: str
    line: int = 0
    """From 1; 0 for what has no lines."""

    column: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: `config.yaml:3:5: server.prot: unknown setting, did you mean 'port'?`."""

    place: Place

    path: str
    """`server.port`, or empty for the file as a whole."""

    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.place), self.path, self.text) if part)


class ConfigProblems(Invalid):
    """The configuration cannot be used; the message has one line per mistake, all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:PROBLEMS_SHOWN]]
        if len(self.problems) > PROBLEMS_SHOWN:
            lines.append(f"and {len(self.problems) - PROBLEMS_SHOWN} more")
        super().__init__("\n".join(lines))


def dotted(keys: Sequence[str | int]) -> str:
    """Return `server.trusted_proxies[0]` for `("server", "trusted_proxies", 0)`."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + _plain(key)
    return text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean 'port'?`, or nothing when no known name is near."""
    near = difflib.get_close_matches(name[:SHOWN_CHARACTERS], list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""


def shown(value: object) -> str:
    """Return what was received, on one line, escaped and not too long."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return _cut(text)


def _plain(key: str) -> str:
    return _cut(key if key.isprintable() else ascii(key)[1:-1])


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
