"""Mistakes in the plugin's section are told at their place."""

from pathlib import Path

import pytest

from salon.config import load
from salon_moderation.config import PATTERNS_MAX, RULES_MAX, ModerationConfig


def loaded(folder: Path, section: str) -> tuple[ModerationConfig | None, list[str]]:
    file = folder / "config.yaml"
    file.write_text(f"plugins:\n  moderation:\n{section}", encoding="utf-8")
    config = load(file, environ={}, plugin_sections={"moderation": ModerationConfig})
    problems = [str(problem) for problem in config.plugin_problems.get("moderation", ())]
    section_ = None if problems else config.plugin_section("moderation")
    assert section_ is None or isinstance(section_, ModerationConfig)
    return section_, problems


@pytest.mark.parametrize(
    ("section", "place", "told"),
    [
        ("    patterns: ['(a']\n", "3:16", "RE2 cannot read this pattern: missing ): (a"),
        ("    patterns: ['x*']\n", "3:16", "matches an empty text"),
        ("    words: ['!!']\n", "3:13", "needs a letter or a digit"),
        ("    words: [zut, {match: '?'}]\n", "3:26", "needs a letter or a digit"),
        ("    words: [{match: zut, acton: deny}]\n", "3:26", "did you mean 'action'"),
        ("    words: [{action: deny}]\n", "3:13", "required, but not set"),
        ("    action: hide\n", "3:13", "'mask' or 'deny'"),
        (f"    words: [{', '.join(['zut'] * (RULES_MAX + 1))}]\n", "3:5", f"{RULES_MAX} entries"),
        (f"    patterns: [{', '.join(['a'] * (PATTERNS_MAX + 1))}]\n", "3:5", "100 entries"),
        (f"    words: [{'z' * 201}]\n", "3:13", "at most 200 characters"),
        (f"    reason: {'z' * 201}\n", "3:13", "at most 200 characters"),
        ("    keep_days: 0\n", "3:16", "at least 1"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, section: str, place: str, told: str
) -> None:
    section_, problems = loaded(tmp_path, section)
    assert section_ is None
    assert len(problems) == 1
    assert f"config.yaml:{place}:" in problems[0]
    assert told in problems[0]


def test_an_entry_has_its_own_action_and_reason_or_those_of_the_plugin(tmp_path: Path) -> None:
    section, problems = loaded(
        tmp_path,
        "    words: [zut, {match: flûte, action: deny}, {match: diantre, reason: No.}]\n"
        "    reason: Softly.\n",
    )
    assert problems == []
    assert section is not None
    judge = section.filter().judge
    assert judge("zut").text == "•••"
    assert judge("flûte").refused == "Softly."
    assert judge("diantre").refused is None


def test_nothing_is_forbidden_by_default(tmp_path: Path) -> None:
    section, _ = loaded(tmp_path, "    keep_days: 30\n")
    assert section is not None
    assert section.filter().judge("zut").text == "zut"
