"""Teams from titles, and what rooms are called."""

import pytest

from salon_sports_rooms.names import one_line, room_name, teams


@pytest.mark.parametrize(
    "title",
    [
        "Rivage - Les Docks",
        "Rivage \u2013 Les Docks",
        "Rivage \u2014 Les Docks",
        "Rivage vs Les Docks",
        "Rivage VS. Les Docks",
        "Rivage v Les Docks",
        "Rivage contre Les Docks",
        "  Rivage   -\tLes  Docks ",
    ],
)
def test_a_title_names_home_and_away(title: str) -> None:
    assert teams(title) == ("Rivage", "Les Docks")


@pytest.mark.parametrize(
    "title", ["", "Rivage", "Saint-Malo", "Rivage -", "- Les Docks", "x" * 41 + " - B", "Lvs M"]
)
def test_a_title_without_two_teams_is_no_match(title: str) -> None:
    assert teams(title) is None


def test_a_dash_inside_a_name_belongs_to_it() -> None:
    assert teams("Saint-Malo - Aix-en-Othe") == ("Saint-Malo", "Aix-en-Othe")


def test_a_second_dash_belongs_to_the_away_side() -> None:
    assert teams("A - B - C") == ("A", "B - C")


def test_a_room_holds_two_long_names() -> None:
    assert len(room_name("x" * 40, "y" * 40)) <= 64


def test_a_long_name_beside_a_short_one_stays_whole() -> None:
    named = room_name("Racing Club de Strasbourg Alsace", "AJ Auxerre")
    assert named == "Racing Club de Strasbourg Alsace \u2013 AJ Auxerre"


def test_a_name_that_is_cut_says_so() -> None:
    assert room_name("x" * 40, "y" * 40).endswith("y\u2026")


def test_a_line_keeps_only_what_can_be_seen() -> None:
    assert one_line(" a\u202e\x00b\n c\u200b ") == "ab c"
