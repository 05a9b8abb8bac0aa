"""The list of pictures is that of the package, which the server itself does without."""

from pathlib import Path

import emoji

from salon.services import emoji as ours


def test_the_list_is_that_of_the_package() -> None:
    qualified = emoji.STATUS["fully_qualified"]
    known = sorted(p for p, facts in emoji.EMOJI_DATA.items() if facts["status"] == qualified)
    assert Path(ours.__file__).with_suffix(".txt").read_text("utf-8").splitlines() == known
    assert max(map(len, known)) <= ours.LONGEST
