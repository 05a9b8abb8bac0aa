"""The log as a table."""

import csv
import io

import pytest

from salon_moderation.export import log_as_csv
from salon_moderation.models import Case, Step

CASE = Case(1, 2, 3, 4, "text", 0, "closed", "dismiss", 0, 0, is_between=False)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", *"＝＋－＠"])  # noqa: RUF001
def test_no_cell_is_a_formula_to_a_spreadsheet(sign: str) -> None:
    step = Step(5, 1, None, "dismissed", None, f"{sign}1+1", 0)
    table = log_as_csv([(step, CASE)], lambda _: None)
    _, row = csv.reader(io.StringIO(table, newline=""))
    assert row[5] == f"'{sign}1+1"
