"""What a block keeps away, each row of the table as a sentence."""

import pytest

from salon.domain.blocks import Way, reaches

SENTENCES = [
    ("somebody blocked begins no conversation with who blocks them", Way.CONVERSATION, False),
    ("somebody blocked comes into no group with who blocks them", Way.COMPANY, False),
    ("somebody blocked is in no inbox of who blocks them, and makes no sound", Way.NOTICE, False),
    ("somebody blocked leaves no picture under what who blocks them wrote", Way.REACTION, False),
]
OTHER_SENTENCES = [
    ("who blocks somebody begins no conversation with them either", Way.CONVERSATION, False),
    ("who blocks somebody comes into no group with them either", Way.COMPANY, False),
    ("who blocks somebody still calls them by name in a channel", Way.NOTICE, True),
    ("who blocks somebody still leaves a picture under what they wrote", Way.REACTION, True),
]


@pytest.mark.parametrize(("way", "goes"), [s[1:] for s in SENTENCES], ids=[s[0] for s in SENTENCES])
def test_from_who_is_blocked(way: Way, *, goes: bool) -> None:
    assert reaches(way, receiver_blocks=True, sender_blocks=False) is goes


@pytest.mark.parametrize(
    ("way", "goes"), [s[1:] for s in OTHER_SENTENCES], ids=[s[0] for s in OTHER_SENTENCES]
)
def test_from_who_blocks(way: Way, *, goes: bool) -> None:
    assert reaches(way, receiver_blocks=False, sender_blocks=True) is goes


@pytest.mark.parametrize("way", Way)
def test_between_people_who_block_each_other_nothing_goes_and_else_all_does(way: Way) -> None:
    assert not reaches(way, receiver_blocks=True, sender_blocks=True)
    assert reaches(way, receiver_blocks=False, sender_blocks=False)
