"""./salon test and .ci/run: programs, gates, pytest, and what counts as a pass."""

import os
import venv
from pathlib import Path

import pytest

from .conftest import Checkout

LISTED = Path(__file__).parents[2] / "tools" / "debian-packages.txt"
PROGRAMS = [
    line.split()[1].split("|")[0] for line in LISTED.read_text().splitlines() if line[:1].isalpha()
]
TELLS = 'echo "${0##*/} $*" >>"$CALLS"'


@pytest.fixture
def equipped(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Every program and every gate is there, passes, and writes down that it was called."""
    monkeypatch.setenv("CALLS", str(checkout.root / "calls"))
    for name in PROGRAMS:
        checkout.program(f"debian/{name}", "")
    for name in ("python", "ruff", "deno", "lint-imports"):
        checkout.program(f".venv/bin/{name}", TELLS)
    monkeypatch.setenv("PATH", f"{checkout.root}/debian:{os.environ['PATH']}")
    return checkout


def calls(checkout: Checkout) -> list[str]:
    return (checkout.root / "calls").read_text().splitlines()


def test_all_gates_run_and_pytest_is_last_with_the_words_given(equipped: Checkout) -> None:
    done = equipped.tool("test.py", "-k", "some words")

    assert done.returncode == 0
    assert {" ".join(call.split()[:4]) for call in calls(equipped)} == {
        "ruff format --check",
        "ruff check",
        "python -P -m mypy",
        "deno fmt --check",
        "deno lint",
        "deno check --quiet core/client",
        "lint-imports --no-logo",
        "python -P -m salon",
        "deno test --quiet --allow-read",
        "python -P -m pytest",
    }
    assert calls(equipped)[-1] == "python -P -m pytest -k some words"


def test_gates_are_told_in_order_and_the_first_that_fails_ends_the_run_and_is_quoted(
    equipped: Checkout,
) -> None:
    equipped.program(".venv/bin/deno", "echo what is wrong; exit 3")

    done = equipped.tool("test.py")

    assert done.returncode == 1
    assert not [call for call in calls(equipped) if "pytest" in call]
    names = [line.rpartition(" ok ")[0].strip() for line in done.stdout.splitlines()[:3]]
    assert names == ["ruff format", "ruff check", "mypy"]
    name, outcome = done.stdout.splitlines()[-2].split()[:2], done.stdout.splitlines()[-1]
    assert (name, outcome) == (["deno", "fmt"], "what is wrong")


def test_gates_may_be_left_out(equipped: Checkout) -> None:
    equipped.tool("test.py", "--tests-only", "tests/core")
    assert calls(equipped) == ["python -P -m pytest tests/core"]


def test_all_tests_are_those_that_listen_one_by_one_and_then_the_others_side_by_side(
    equipped: Checkout,
) -> None:
    equipped.tool("test.py", "--tests-only")
    assert calls(equipped) == [
        "python -P -m pytest -m alone",
        f"python -P -m pytest -m browser and not alone -n {os.cpu_count()}",
        f"python -P -m pytest -m not browser and not alone -n {(os.cpu_count() or 1) + 1}",
    ]


def test_what_is_compiled_is_kept_for_the_other_parts_of_the_run(equipped: Checkout) -> None:
    equipped.program(".venv/bin/python", 'echo "not kept: $PYTHONDONTWRITEBYTECODE."')
    done = equipped.tool("test.py", "--tests-only", PYTHONDONTWRITEBYTECODE="1")
    assert done.stdout.count("not kept: .") == 3


def test_all_tests_run_on_the_database_that_is_named(equipped: Checkout) -> None:
    equipped.tool("test.py", "--tests-only", "--database=postgresql")
    assert [call.rpartition(" ")[2] for call in calls(equipped)] == ["--database=postgresql"] * 3


@pytest.mark.parametrize("fails", ["alone", "browser and not alone", "not browser and not alone"])
def test_a_failure_in_any_part_fails_and_the_other_parts_run_all_the_same(
    equipped: Checkout, fails: str
) -> None:
    equipped.program(".venv/bin/python", f'{TELLS}; [ "$5" != "{fails}" ]')

    done = equipped.tool("test.py", "--tests-only")

    assert done.returncode == 1
    assert len(calls(equipped)) == 3


def test_pytest_is_that_of_the_checkout_whatever_python_stands_in_path(
    equipped: Checkout,
) -> None:
    python = equipped.root / ".venv/bin/python"
    python.unlink()
    venv.create(equipped.root / ".venv", symlinks=True)

    done = equipped.tool("test.py", "--tests-only", "tests/core")

    assert done.stderr == f"{python}: No module named pytest\n"


def test_the_exit_code_is_that_of_pytest(equipped: Checkout) -> None:
    equipped.program(".venv/bin/python", "exit 5")
    assert equipped.tool("test.py", "--tests-only").returncode == 5


@pytest.mark.parametrize(("strict", "code"), [("1", 1), ("", 0)])
def test_missing_programs_are_named_in_one_line_and_are_a_failure_only_when_strict(
    equipped: Checkout, strict: str, code: int
) -> None:
    for name in ("chromium", "podget"):
        (equipped.root / "debian" / name).unlink()

    done = equipped.tool(
        "test.py",
        "--tests-only",
        PATH=str(equipped.root / "debian"),
        SALON_TEST_STRICT=strict,
    )

    assert done.returncode == code
    assert done.stdout.splitlines()[0].endswith("sudo apt install chromium podget")


@pytest.mark.parametrize(
    ("summary", "salon_code", "code"),
    [
        ("===== 3 passed in 0.12s =====", 0, 0),
        ("===== 3 passed, 1 skipped in 0.12s =====", 0, 1),
        ("===== 1 failed, 2 passed in 0.12s =====", 1, 1),
    ],
)
def test_the_judgement_is_what_tests_say_and_nothing_skipped(
    checkout: Checkout, summary: str, salon_code: int, code: int
) -> None:
    checkout.program("salon", f'echo "{summary}"; exit {salon_code}')
    done = checkout.run(".ci/run")
    assert done.returncode == code
    assert summary in done.stdout


def test_the_judgement_allows_no_missing_part(checkout: Checkout) -> None:
    checkout.program("salon", 'echo "strict=$SALON_TEST_STRICT words=$*"')
    assert checkout.run(".ci/run", "-k", "x").stdout == "strict=1 words=test -k x\n"
