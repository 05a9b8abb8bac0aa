"""Messages: who may what, what is refused, what Markdown becomes."""

import asyncio
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salon.services import markdown
from salon.testing import Person, Refused, Server


async def test_only_the_author_edits_and_everybody_sees_it(owner: Person, alice: Person) -> None:
    posted = await alice.post("#general", "helo")
    with pytest.raises(Refused, match="Only who wrote"):
        await owner.command("message.edit", message=posted["id"], text="mine")
    await alice.command("message.edit", message=posted["id"], text="hello")
    edited = await owner.expect("message.edited")
    assert (edited["text"], edited["edited_at"] is not None) == ("hello", True)


async def test_a_message_is_deleted_by_its_author_or_a_host(
    owner: Person, alice: Person, bob: Person
) -> None:
    posted = await alice.post("#general", "oops")
    with pytest.raises(Refused) as refused:
        await bob.command("message.delete", message=posted["id"])
    assert refused.value.code == "denied"
    await owner.command("message.delete", message=posted["id"])
    assert (await bob.expect("message.deleted"))["id"] == posted["id"]
    with pytest.raises(Refused, match="no such message"):
        await alice.command("message.edit", message=posted["id"], text="again")


async def test_a_reply_names_a_message_of_the_same_channel(owner: Person) -> None:
    first = await owner.post("#general", "first")
    with pytest.raises(Refused, match="has gone"):
        await owner.post("#introductions", "reply", reply_to=first["id"])
    reply = await owner.post("#general", "reply", reply_to=first["id"])
    assert reply["reply_to_id"] == first["id"]


@pytest.mark.settings(limits={"messages_burst": 100, "messages_per_s": 50, "frames_per_10_s": 1000})
async def test_history_is_read_by_cursor_both_ways_without_gap_or_overlap(owner: Person) -> None:
    for number in range(45):
        await owner.post("#general", str(number))
    channel = owner.channel("general")
    pages: list[dict[str, Any]] = []
    page = await owner.command("message.history", channel=channel, limit=20)
    assert (page["has_older"], page["has_newer"]) == (True, False)
    while True:
        pages = [*page["messages"], *pages]
        if not page["has_older"]:
            break
        oldest = page["messages"][0]["id"]
        page = await owner.command("message.history", channel=channel, before=oldest, limit=20)
    assert [message["text"] for message in pages] == [str(n) for n in range(45)]
    middle = pages[20]["id"]
    around = await owner.command("message.history", channel=channel, around=middle, limit=11)
    assert [m["text"] for m in around["messages"]] == [str(n) for n in range(15, 26)]
    newer = await owner.command("message.history", channel=channel, after=middle, limit=100)
    assert [m["text"] for m in newer["messages"]] == [str(n) for n in range(21, 45)]
    assert not newer["has_newer"]


async def test_reading_moves_forward_only_and_to_ones_own_devices(
    owner: Person, alice: Person
) -> None:
    first = await owner.post("#general", "one")
    second = await owner.post("#general", "two")
    channel = owner.channel("general")
    await alice.command("read.move", channel=channel, message=second["id"])
    assert (await alice.expect("read.moved"))["message_id"] == second["id"]
    await alice.command("read.move", channel=channel, message=first["id"])
    await alice.command("read.move", channel=channel, message="9000000000000000000")
    await alice.command("ping")
    assert alice.heard("read.moved") == []
    assert owner.heard("read.moved") == []
    await alice.cut()
    await alice.open()
    assert alice.snapshot["reads"] == {channel: second["id"]}


@pytest.mark.parametrize("text", ["", "   ", "\u0000", "a" * 4_001, "@a " * 21])
async def test_a_text_that_cannot_be_posted_says_why(owner: Person, text: str) -> None:
    with pytest.raises((Refused, ConnectionResetError)) as refused:
        await owner.post("#general", text)
    if isinstance(refused.value, Refused):
        assert refused.value.code == "invalid"
        assert refused.value.error["field"] == "text"


async def test_many_at_once_keep_their_order_everywhere(
    owner: Person, alice: Person, bob: Person
) -> None:
    await asyncio.gather(
        *(
            person.post("#general", f"{person.handle} {n}")
            for person in (owner, alice, bob)
            for n in range(8)
        )
    )
    seen = [
        [(await person.expect("message.posted"))["id"] for _ in range(24)]
        for person in (owner, alice, bob)
    ]
    assert seen[0] == seen[1] == seen[2] == sorted(seen[0], key=int)


async def test_whoever_posts_too_fast_is_told_to_breathe(owner: Person) -> None:
    async def flood() -> None:
        for number in range(30):
            await owner.post("#general", str(number))

    with pytest.raises(Refused) as refused:
        await flood()
    assert refused.value.code == "too_many"


async def test_typing_is_told_once_per_three_seconds(
    server: Server, owner: Person, alice: Person
) -> None:
    channel = owner.channel("general")
    for _ in range(3):
        await alice.command("typing.start", channel=channel)
    await owner.expect("typing.started", account_ids=[alice.id])
    assert owner.heard("typing.started") == []
    server.clock.advance(seconds=4)
    await alice.command("typing.start", channel=channel)
    await owner.expect("typing.started", account_ids=[alice.id])


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** *i* ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("![x](https://e.example/i.png)", None),
        ("# not a heading", "<p># not a heading</p>"),
        (
            "see https://example.org",
            f'<p>see <a href="https://example.org" rel="{markdown.REL}">https://example.org</a></p>',
        ),
        ("a\nb", "<p>a<br>\nb</p>"),
        ("||**he** wins||", '<p><span class="spoiler"><strong>he</strong> wins</span></p>'),
        (
            "a ||b|| c ||d||",
            '<p>a <span class="spoiler">b</span> c <span class="spoiler">d</span></p>',
        ),
        (
            "||https://a.example||",
            (
                '<p><span class="spoiler">'
                f'<a href="https://a.example" rel="{markdown.REL}">https://a.example</a></span></p>'
            ),
        ),
        ("a || b", "<p>a || b</p>"),
        ("`a || b || c`", "<p><code>a || b || c</code></p>"),
        ('<span class="spoiler">x</span>', None),
        ("```js\n1 < 2\n```", '<pre><code class="language-js">1 &lt; 2\n</code></pre>'),
    ],
)
def test_markdown_becomes_safe_html(text: str, html: str | None) -> None:
    rendered = markdown.render(text)
    if html is not None:
        assert rendered == html
    assert "<img" not in rendered
    assert "<script" not in rendered


@pytest.mark.parametrize(
    "text",
    [
        "[" * 4_000,
        "> " * 2_000,
        "*a_" * 1_300,
        "- " * 2_000,
        "`" * 4_000,
        "|" * 4_000,
        "||a" * 1_300,
        "||*" * 1_300,
        "http://a||" * 400,
    ],
)
def test_markdown_made_to_be_slow_is_quick(text: str) -> None:
    assert len(markdown.render(text)) < 200_000


WRITTEN = "aZé3 ,;?!()\u2019…—-.\n_*~|`<>&[]:/@#\"'\\\u00a0\u3000ß中\u0661"


@given(st.text(st.sampled_from(WRITTEN), max_size=40).map(str.strip))
@example("www.example.org")
@example("1. a list")
@example("a - b. c")
def test_the_short_way_for_plain_text_gives_what_markdown_would(text: str) -> None:
    assert markdown.render(text) == markdown.render_in_full(text)
