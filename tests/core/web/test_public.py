"""What somebody without an account reads, and what they never do."""

import pytest
from tests.core.services.test_leaving import ask

from salon.testing import Person, PushedClock, Server
from salon.web.public import PAGES_PER_MIN

HTML = {"Accept": "text/html"}


async def read(server: Server, path: str) -> tuple[int, str, dict[str, str]]:
    async with (
        server.visitor() as visitor,
        visitor.get(path, headers=HTML, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text(), dict(answer.headers)


async def publish(owner: Person, name: str = "general") -> str:
    channel = owner.channel(name)
    await owner.command("channel.edit", channel=channel, is_public=True)
    return channel


async def test_no_channel_is_read_without_an_account_unless_it_was_made_public(
    server: Server, owner: Person
) -> None:
    await owner.post("#general", "A word among us")
    for path in ("/c/general", "/c/introductions", "/c/never", "/"):
        status, page, _ = await read(server, path)
        assert status == 303
        assert "A word among us" not in page
    await publish(owner)
    status, page, headers = await read(server, "/c/general")
    assert status == 200
    assert "A word among us" in page
    assert "noindex" in headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert (await read(server, "/c/introductions"))[0] == 303


async def test_a_public_channel_that_everyone_may_not_see_is_read_by_nobody_from_outside(
    server: Server, owner: Person
) -> None:
    channel = await publish(owner)
    everyone = owner.snapshot["community"]["everyone_role_id"]
    hidden = {"place": channel, "target": "role", "target_id": everyone, "allow": []}
    await owner.command("overwrite.set", **hidden, deny=["channel.view"])
    assert (await read(server, "/c/general"))[0] == 303
    await owner.command("overwrite.set", **hidden, deny=[])
    assert (await read(server, "/c/general"))[0] == 200
    await owner.command("channel.edit", channel=channel, is_public=False)
    assert (await read(server, "/c/general"))[0] == 303


async def test_a_page_holds_fifty_messages_and_leads_to_the_older_ones(
    server: Server, owner: Person, clock: PushedClock
) -> None:
    await publish(owner)
    for number in range(1, 53):
        clock.advance(seconds=2)
        await owner.post("#general", f"Number {number}.")
    _, newest, _ = await read(server, "/c/general")
    assert "Number 52." in newest
    assert "Number 2." not in newest
    older = newest.split('href="/c/general?before=')[1].split('"')[0]
    _, page, _ = await read(server, f"/c/general?before={older}")
    assert "Number 2." in page
    assert "Number 52." not in page
    assert "To the newest" in page
    for wrong in ("x", "9" * 40, "-1", "²"):
        assert (await read(server, f"/c/general?before={wrong}"))[0] == 200


async def test_names_are_put_in_and_nothing_written_there_runs(
    server: Server, owner: Person, alice: Person
) -> None:
    await publish(owner)
    await alice.command("account.edit", display_name="<i>Alice")
    await owner.post("#general", "Hello @alice, see #introductions <script>alert(1)</script>")
    _, page, _ = await read(server, "/c/general")
    assert "@&lt;i&gt;Alice" in page
    assert "introductions" not in page.split("Hello")[1].split("alert")[0]  # not theirs to know
    assert "<script>alert" not in page


async def test_a_room_its_chat_and_threads_stay_within_the_house(
    server: Server, owner: Person
) -> None:
    await publish(owner)
    thread = await owner.command(
        "thread.start", channel=owner.channel("general"), name="Only for us"
    )
    await owner.post(thread["thread"]["id"], "Said in the thread")
    room = owner.snapshot["rooms"][0]
    await owner.post(room["id"], "Said in the room")
    for path in ("/c/general", f"/c/{room['slug']}", f"/r/{room['slug']}"):
        _, page, _ = await read(server, path)
        assert "Said in" not in page


async def test_one_address_reads_so_many_pages_a_minute(server: Server, owner: Person) -> None:
    await publish(owner)
    async with server.visitor() as visitor:
        for _ in range(PAGES_PER_MIN):
            async with visitor.get("/c/general", headers=HTML) as answer:
                assert answer.status == 200
        async with visitor.get("/c/general", headers=HTML) as answer:
            assert answer.status == 429
            assert "Retry-After" in answer.headers


@pytest.mark.settings(server={"search_engines": True})
async def test_search_engines_may_list_the_page_when_the_keeper_says_so(
    server: Server, owner: Person
) -> None:
    await publish(owner)
    _, page, headers = await read(server, "/c/general")
    assert "X-Robots-Tag" not in headers
    assert 'name="robots"' not in page


async def test_members_see_the_app_at_the_same_address(server: Server, owner: Person) -> None:
    await publish(owner)
    async with owner.web.get("/c/general", headers=HTML) as answer:
        assert 'id="app"' in await answer.text()


@pytest.mark.settings(accounts={"deletion_days": 0})
async def test_who_has_left_is_nobody_to_whom_reads_what_they_let_stay(
    server: Server, owner: Person, alice: Person
) -> None:
    await publish(owner)
    await alice.post("#general", "Remember the lanterns")
    await owner.post("#general", "As @alice says")
    await ask(alice, keeps_content=True)
    await server.settled()
    _, page, _ = await read(server, "/c/general")
    assert "Remember the lanterns" in page
    assert page.count("Somebody who has left") == 2
    assert "deleted-" not in page


async def test_the_first_page_shows_what_is_open_and_asks_to_sign_in_where_nothing_is(
    server: Server, owner: Person, alice: Person
) -> None:
    room = owner.snapshot["rooms"][0]
    await owner.join(room["id"])
    assert (await read(server, "/"))[0] == 303
    await owner.command("community.edit", public_rooms=True)
    assert (await read(server, "/"))[0] == 303  # no room says that it may be heard
    await owner.command("room.edit", room=room["id"], is_public=True)
    status, page, headers = await read(server, "/")
    assert status == 200
    assert room["name"] in page
    assert f'href="/listen/{room["slug"]}"' in page
    assert ("1 here" in page, ">O</span>" in page) == (True, False)  # she shows no name outside
    assert "noindex" in headers["X-Robots-Tag"]
    await owner.command("privacy.show", name_outside=True)
    page = (await read(server, "/"))[1]
    assert (">O</span>" in page, "general" in page) == (True, False)
    await publish(owner)
    assert 'href="/c/general"' in (await read(server, "/"))[1]
    async with alice.web.get("/", headers={"Accept": "text/html"}) as inside:
        assert 'id="app"' in await inside.text()
    for _ in range(PAGES_PER_MIN):
        status, _page, _headers = await read(server, "/")
    assert status == 429
