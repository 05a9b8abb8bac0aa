"""Text on its way to and from bots."""

import pytest

from salon_bots import content
from salon_bots.errors import DiscordError


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("<@7> and <@&8> in <#9>", "<@7> and <@&8> in <#9>"),
        ("<:tea:123> <a:dance:9>", ":tea: :dance:"),
    ],
)
def test_what_bots_write_is_turned_into_what_people_write(theirs: str, ours: str) -> None:
    assert content.from_discord(theirs) == ours


def test_a_nonce_comes_back_as_it_was_sent() -> None:
    for is_enforced in (True, False):
        kept = content.nonce_in("a:b:7", is_enforced=is_enforced)
        assert content.nonce_out(kept) == "a:b:7"
    assert content.nonce_out("of a browser") is None
    assert content.nonce_in(None, is_enforced=True) is None


def test_an_image_stands_as_its_address_and_other_addresses_do_not() -> None:
    embed = {
        "author": {"name": "Ada"},
        "title": "[x]",
        "url": "javascript:alert(1)",
        "image": {"url": "https://x.example/i.png"},
        "timestamp": None,
    }
    assert content.compose(None, [embed]) == "Ada\n\n**[x]**\n\nhttps://x.example/i.png"


@pytest.mark.parametrize("embed", [{"title": ["x"]}, {"fields": 7}, {"fields": [7]}])
def test_an_embed_of_other_things_is_refused(embed: object) -> None:
    with pytest.raises(DiscordError):
        content.compose(None, [embed])
