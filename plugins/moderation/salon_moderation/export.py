"""The log as a table for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterable

from salon.plugin import Account
from salon_moderation import shapes
from salon_moderation.models import Case, Step

STEPS_MAX = 10_000
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")  # noqa: RUF001 full width

Find = Callable[[int], Account | None]


def log_as_csv(log: Iterable[tuple[Step, Case]], find: Find) -> str:
    """Return a header and a row for each step. Nothing in it is a formula to a spreadsheet."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["at", "who", "what", "about", "until", "reason", "case"])
    for step, case in log:
        row = [
            shapes.time(step.at_ms),
            _name(step.actor_id, find),
            step.what,
            _name(case.author_id, find),
            "" if step.until_ms is None else shapes.time(step.until_ms),
            step.reason,
            str(case.id),
        ]
        writer.writerow([_as_text(cell) for cell in row])
    return table.getvalue()


def _name(account_id: int | None, find: Find) -> str:
    account = None if account_id is None else find(account_id)
    return "" if account is None else account.handle


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
