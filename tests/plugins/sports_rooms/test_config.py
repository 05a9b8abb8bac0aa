"""The settings, and what is told about wrong ones."""

from pathlib import Path

import pytest

from salon.config import load
from salon_sports_rooms.config import SportsRoomsConfig


def problems(folder: Path, section: str) -> list[str]:
    file = folder / "config.yaml"
    file.write_text(f"plugins:\n  sports_rooms: {section}\n", encoding="utf-8")
    config = load(file, environ={}, plugin_sections={"sports_rooms": SportsRoomsConfig})
    return [str(found) for found in config.plugin_problems.get("sports_rooms", ())]


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("{timezone: Europe/Atlantis}", "time zone like Europe/Paris"),
        ("{timezone: ../../etc/passwd}", "time zone like Europe/Paris"),
        ("{sport: chess}", "'chess' is not among the sports"),
        ("{sports: {football: 0}}", "1"),
        ("{sports: {}}", "sports"),
        ("{calendars: league.ics}", "list"),
        ("{open_before_minutes: -1}", "open_before_minutes"),
        ("{close_after_minutes: 1.5}", "close_after_minutes"),
        ("{calendar: [a.ics]}", "calendars"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(tmp_path: Path, section: str, told: str) -> None:
    (found,) = problems(tmp_path, section)
    assert told in found
    assert "config.yaml:2:" in found


def test_the_defaults_are_sound(tmp_path: Path) -> None:
    assert problems(tmp_path, "{}") == []


def test_a_sport_that_is_not_known_lasts_as_long_as_the_usual_one() -> None:
    config = SportsRoomsConfig(sports={"football": 45, "futsal": 20}, sport="futsal")
    assert config.half_s("football") == 2_700
    assert config.half_s("chess") == 1_200
