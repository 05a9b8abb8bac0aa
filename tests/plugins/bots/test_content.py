"""Text on its way to and from bots."""

from datetime import UTC, datetime

import pytest

from salon.plugin import Account, AccountKind
from salon_bots import content
from salon_bots.errors import DiscordError

ANNA = Account(
    id=7,
    kind=AccountKind.PERSON,
    handle="anna.b",
    display_name="Anna",
    hue=1,
    role_ids=frozenset(),
    is_owner=False,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def _find(account_id: int) -> Account | None:
    return ANNA if account_id == ANNA.id else None


def _by_handle(handle: str) -> Account | None:
    return ANNA if handle == ANNA.handle else None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("<@7> and <@!7>", "@anna.b and @anna.b"),
        ("<@8>", "<@8>"),
        ("<#5> <#6>", "#general <#6>"),
        ("<:tea:123> <a:dance:9>", ":tea: :dance:"),
    ],
)
def test_what_bots_write_is_turned_into_what_people_write(theirs: str, ours: str) -> None:
    assert content.from_discord(theirs, _find, {5: "general"}.get) == ours


@pytest.mark.parametrize(
    ("ours", "theirs", "count"),
    [
        ("@anna.b", "<@7>", 1),
        ("(@anna.b), @anna.b.", "(<@7>), <@7>.", 1),
        ("a@anna.b https://x.example/@anna.b", "a@anna.b https://x.example/@anna.b", 0),
        ("@anna", "@anna", 0),
    ],
)
def test_names_are_turned_into_mentions(ours: str, theirs: str, count: int) -> None:
    text, mentioned = content.to_discord(ours, _by_handle)
    assert (text, len(mentioned)) == (theirs, count)


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
