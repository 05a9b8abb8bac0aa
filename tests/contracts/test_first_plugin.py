"""The page that leads to a first plugin is right to the letter."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "first-plugin.md"
# A paragraph that begins with the file's name, then what stands in the file.
FILE = re.compile(r"^`([\w.]+)`(?:.+\n)+\n```\w+\n((?:.*\n)*?)```$", re.MULTILINE)


def test_what_the_page_has_one_write_passes_its_own_tests(tmp_path: Path) -> None:
    files = dict(FILE.findall(PAGE.read_text()))
    assert files.keys() == {"hush.py", "test_hush.py", "conftest.py", "pytest.ini"}
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-W", "error"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
