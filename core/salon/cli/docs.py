"""`salon docs`: references that are generated from the code and compared in the test run."""

from collections.abc import Callable, Mapping
from pathlib import Path

from salon.config.reference import example_yaml, reference_markdown
from salon.config.section import Section
from salon.host import discover
from salon.host.reference import hooks_markdown
from salon.logs import configure

ROOT = Path(__file__).resolve().parents[3]


def stale(*, write: bool) -> list[str]:
    """Return the names of files that differ from what the code says; write them if asked."""
    old = []
    for name, make in _documents().items():
        file = ROOT / name
        wanted = make()
        if not file.is_file() or file.read_text("utf-8") != wanted:
            old.append(name)
            if write:
                file.write_text(wanted, "utf-8")
    return old


def _documents() -> Mapping[str, Callable[[], str]]:
    sections = bundled_sections()
    return {
        "config.example.yaml": lambda: example_yaml(sections),
        "docs/config.md": lambda: reference_markdown(sections),
        "docs/hooks.md": hooks_markdown,
    }


def bundled_sections() -> Mapping[str, type[Section]]:
    """Return the settings of the bundled plugins."""
    configure("error", "auto")
    return {one.name: one.plugin.Config for one in discover(None, None) if one.plugin is not None}
