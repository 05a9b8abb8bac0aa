"""What is wrong in the configuration, where, and what was meant."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from salon.errors import Invalid

SHOWN_CHARACTERS = 60
PROBLEMS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: `config.yaml:3:5: server.prot: unknown setting, did you mean 'port'?`."""

    place: str
    """`config.yaml:3:5`, `SALON_SERVER__PORT` or `--port`."""

    path: str
    """`server.port`, or empty for the file as a whole."""

    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.path, self.text) if part)


class ConfigProblems(Invalid):
    """The configuration cannot be used; the message has one line per mistake, all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:PROBLEMS_SHOWN]]
        if len(self.problems) > PROBLEMS_SHOWN:
            lines.append(f"and {len(self.problems) - PROBLEMS_SHOWN} more")
        super().__init__("\n".join(lines))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean 'port'?`, or nothing when no known name is near."""
    near = difflib.get_close_matches(name[:SHOWN_CHARACTERS], list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""


def shown(value: object) -> str:
    """Return what was received, on one line, escaped and not too long."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
