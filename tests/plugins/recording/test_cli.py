"""`salon recording …`, as somebody at the machine's console uses it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Writing = Callable[..., Path]


def _salon(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"SALON_DATA__DIRECTORY": str(directory / "data")}
    return subprocess.run(
        [sys.executable, "-m", "salon", "recording", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
        env=environment,
        timeout=60,
    )


@pytest.fixture
def take(tmp_path: Path, write_voice: Writing) -> Path:
    folder = tmp_path / "data" / "plugin-data" / "recording" / "takes" / "42"
    folder.mkdir(parents=True)
    write_voice(folder / "7.opus", (0.0, 3.0, 440))
    write_voice(folder / "8.opus", (1.0, 3.0, 700))
    return folder


def test_takes_are_listed_with_their_length(tmp_path: Path, take: Path) -> None:
    said = _salon(tmp_path, "takes")
    assert said.returncode == 0, said.stderr
    assert "42" in said.stdout
    assert "2 voices  4.0 s" in said.stdout


def test_a_take_is_mixed_without_a_server(tmp_path: Path, take: Path) -> None:
    out = tmp_path / "saved.mp3"
    said = _salon(tmp_path, "produce", "42", "--out", str(out), "--from", "0.5", "--to", "3.5")
    assert said.returncode == 0, said.stderr
    assert "3.0 s" in said.stdout
    assert out.stat().st_size > 40_000


@pytest.mark.parametrize("name", ["43", "../42", "x"])
def test_a_take_that_is_not_there_is_told_in_a_sentence(
    tmp_path: Path, take: Path, name: str
) -> None:
    said = _salon(tmp_path, "produce", name, "--out", str(tmp_path / "x.mp3"))
    assert said.returncode == 1
    assert f"There is no recording '{name}'" in said.stderr
    assert "Traceback" not in said.stderr
