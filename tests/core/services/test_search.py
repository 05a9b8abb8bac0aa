"""Search: what is found, what is never found, and what any line does."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy import text as sql
from tests.core.services.test_files import handed_in, picture

from salon.errors import SalonError, Unavailable
from salon.services import search
from salon.store import messages, writer
from salon.store.base import CoreTransaction
from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.databases

SAID = """
    INSERT INTO message (id, channel_id, author_id, text, html, posted_at)
    VALUES (:id, :channel, :by, :text, '', :now)
"""
FAST = pytest.mark.settings(limits={"messages_burst": 100, "messages_per_s": 50})


async def texts(person: Person, query: str, **fields: Any) -> list[str]:
    found = await person.command("search.messages", query=query, **fields)
    return [hit["message"]["text"] for hit in found["hits"]]


@pytest.mark.databases
async def test_the_newest_message_with_all_the_words_comes_first(
    owner: Person, alice: Person
) -> None:
    for text in ("Oranges at half-time", "no oranges today", "ORANGES after half time, please"):
        await alice.post("#general", text)
    assert await texts(owner, "oranges half-time") == [
        "ORANGES after half time, please",
        "Oranges at half-time",
    ]
    assert await texts(owner, '"half time" oran') == [
        "ORANGES after half time, please",
        "Oranges at half-time",
    ]


@pytest.mark.databases
async def test_accents_do_not_count_in_either_direction(owner: Person) -> None:
    await owner.post("#general", "Le café du théâtre")
    await owner.post("#general", "cafe creme")
    assert await texts(owner, "café") == ["cafe creme", "Le café du théâtre"]
    assert await texts(owner, "THEATRE") == ["Le café du théâtre"]


@pytest.mark.databases
async def test_words_are_stemmed_in_both_languages_where_the_database_can(
    owner: Person, database: str | None
) -> None:
    for text in ("walking home", "il mangeait des pommes"):
        await owner.post("#general", text)
    can = database is not None
    assert await texts(owner, "walks ") == (["walking home"] if can else [])
    assert await texts(owner, "mange ") == (["il mangeait des pommes"] if can else [])
    assert await texts(owner, "pomme") == ["il mangeait des pommes"]


async def test_hits_are_marked(owner: Person) -> None:
    await owner.post("#general", "Who brings oranges?")
    found = await owner.command("search.messages", query="oran")
    assert found["hits"][0]["pieces"] == [
        {"text": "Who brings ", "is_hit": False},
        {"text": "oranges", "is_hit": True},
        {"text": "?", "is_hit": False},
    ]


async def test_hits_are_shown_as_they_are_read_without_marks_and_as_text(
    owner: Person, alice: Person
) -> None:
    async def shown(text: str, query: str) -> str:
        await alice.post("#general", text)
        found = await owner.command("search.messages", query=query)
        pieces = found["hits"][0]["pieces"]
        return "".join(f"[{one['text']}]" if one["is_hit"] else one["text"] for one in pieces)

    assert await shown("> said **there**\n\n`tea` & *milk*", "there milk") == (
        "said [there]\ntea & [milk]"
    )
    assert await shown("the end: ||everybody lives||", "lives") == "the end: ▒▒▒"
    assert await shown("[the pot](https://kettle.example)", "kettle") == "the pot"
    assert await shown(f"<img src=x onerror=alert(1)> <@{owner.id}>", "onerror") == (
        "<img src=x [onerror]=alert(1)> @Owner"
    )


@pytest.mark.databases
async def test_an_edit_a_deletion_and_the_end_of_a_channel_are_found_at_once(
    owner: Person,
) -> None:
    edited = await owner.post("#general", "pears")
    await owner.command("message.edit", message=edited["id"], text="plums")
    assert await texts(owner, "pears") == []
    assert await texts(owner, "plums") == ["plums"]
    await owner.command("message.delete", message=edited["id"])
    assert await texts(owner, "plums") == []
    made = await owner.command("channel.create", name="orchard")
    await owner.post(made["channel"]["id"], "quinces")
    assert await texts(owner, "quinces") == ["quinces"]
    await owner.command("channel.delete", channel=made["channel"]["id"])
    assert await texts(owner, "quinces") == []


@pytest.mark.databases
async def test_filters_narrow_what_is_found(owner: Person, alice: Person) -> None:
    await owner.post("#general", "tea at four")
    await alice.post("#general", "tea at five https://tea.example/pot")
    await alice.post("#introductions", "tea is my name")
    assert await texts(owner, "tea from:alice") == [
        "tea is my name",
        "tea at five https://tea.example/pot",
    ]
    assert await texts(owner, "de:ALICE dans:general") == ["tea at five https://tea.example/pot"]
    assert await texts(owner, "from:me") == ["tea at four"]
    assert await texts(owner, "has:link") == ["tea at five https://tea.example/pot"]
    assert await texts(owner, 'from:"Alice" in:#introductions') == ["tea is my name"]


@pytest.mark.databases
async def test_messages_with_files_with_pictures_and_with_mentions_are_found(
    owner: Person, alice: Person, bob: Person
) -> None:
    kept = [await handed_in(owner, b"plain words", "a.txt"), await handed_in(owner, picture())]
    await owner.post("#general", "my notes", files=[{"file": kept[0]["id"]}])
    await owner.post("#general", "my view", files=[{"file": kept[1]["id"]}])
    await owner.post("#general", f"<@{alice.id}> look")
    assert await texts(alice, "has:file my") == ["my view", "my notes"]
    assert await texts(alice, "avec:image") == ["my view"]
    found = await alice.command("search.messages", query="mentions:me")
    assert ["".join(p["text"] for p in hit["pieces"]) for hit in found["hits"]] == ["@Alice look"]
    assert await texts(bob, "mentions:me") == []
    assert await texts(bob, "mentions:alice look") == [f"<@{alice.id}> look"]


async def test_who_is_blocked_is_not_found(owner: Person, alice: Person) -> None:
    await alice.post("#general", "over here")
    assert await texts(owner, "over here") == ["over here"]
    await owner.command("privacy.block", account=alice.id)
    assert await texts(owner, "over here") == []


async def test_days_begin_where_the_clock_of_the_asker_says_so(
    server: Server, owner: Person
) -> None:
    now = server.clock.now()
    midday = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    server.clock.advance(seconds=(midday - now).total_seconds())
    await owner.post("#general", "tea")
    today, tomorrow = f"{midday:%Y-%m-%d}", f"{midday + timedelta(days=1):%Y-%m-%d}"
    assert await texts(owner, f"tea after:{today} before:{tomorrow}") == ["tea"]
    assert await texts(owner, f"tea before:{today}") == []
    assert await texts(owner, f"tea after:{tomorrow}") == []
    assert await texts(owner, f"tea after:{tomorrow}", utc_offset_min=13 * 60) == ["tea"]
    assert await texts(owner, f"tea before:{today}", utc_offset_min=-13 * 60) == ["tea"]
    for extreme in ("before:0001-01-01", "after:9999-12-31"):
        assert await texts(owner, extreme) == []
    assert await texts(owner, "after:0001-01-01 before:9999-12-31") == ["tea"]


async def test_names_that_nobody_here_has_are_told_back_and_find_nothing(
    owner: Person, alice: Person
) -> None:
    secret = await owner.command("channel.create", name="attic")
    everyone = owner.snapshot["community"]["everyone_role_id"]
    await owner.command(
        "overwrite.set",
        place=secret["channel"]["id"],
        target="role",
        target_id=everyone,
        allow=[],
        deny=["channel.view"],
    )
    await owner.post(secret["channel"]["id"], "hidden words")
    for line in ("hidden in:attic", "hidden in:cellar"):
        found = await alice.command("search.messages", query=line)
        assert (found["hits"], found["unknown"]) == ([], [line.partition("in:")[2]])
    assert await texts(alice, "hidden") == []
    assert await texts(owner, "hidden in:attic") == ["hidden words"]
    await owner.post("#general", "words for all")
    for _ in range(2):
        await owner.post(secret["channel"]["id"], "hidden words")
    page = await alice.command("search.messages", query="words", limit=1)
    assert [hit["message"]["text"] for hit in page["hits"]] == ["words for all"]
    assert not page["has_older"]  # what is hidden takes no place on a page and is not counted


async def test_access_that_ends_while_the_database_looks_hides_the_hit(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = await owner.post("#general", "for now")
    find = messages.find_many

    async def hidden() -> None:
        await owner.command(
            "overwrite.set",
            place=posted["channel_id"],
            target="account",
            target_id=alice.id,
            allow=[],
            deny=["channel.view"],
        )

    loop = asyncio.get_running_loop()

    def late(*args: Any) -> Any:
        asyncio.run_coroutine_threadsafe(hidden(), loop).result()
        return find(*args)

    monkeypatch.setattr(messages, "find_many", late)
    assert await texts(alice, "for now") == []


@FAST
async def test_pages_follow_each_other_without_gap_or_overlap(owner: Person) -> None:
    for number in range(12):
        await owner.post("#general", f"apple {number}")
    pages: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = await owner.command("search.messages", query="apple", limit=5, **before)
        pages += [hit["message"]["text"] for hit in page["hits"]]
        if not page["has_older"]:
            break
        before = {"before": page["hits"][-1]["message"]["id"]}
    assert pages == [f"apple {n}" for n in range(11, -1, -1)]


@pytest.mark.settings(limits={"frames_per_10_s": 1_000})
async def test_who_searches_too_often_waits(server: Server, owner: Person) -> None:
    async def ask(times: int) -> None:
        for _ in range(times):
            await owner.command("search.messages", query="x")

    await ask(search.BURST)
    with pytest.raises(Refused) as refused:
        await ask(search.BURST)  # time has gone on meanwhile, and allows one or another
    assert refused.value.code == "too_many"
    server.clock.advance(seconds=1)
    await owner.command("search.messages", query="x")


async def test_a_search_that_takes_too_long_is_cut_off_and_says_so(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owner.post("#general", "slowly")
    monkeypatch.setattr(search, "BUDGET_S", -1.0)
    monkeypatch.setattr("salon.store.sqlite.PROGRESS_STEPS", 1)
    with pytest.raises(Refused) as refused:
        await owner.command("search.messages", query="slowly")
    assert refused.value.error["reason"] == "search_slow"
    history = await owner.command("message.history", channel=owner.channel("general"))
    assert len(history["messages"]) == 1


async def test_more_searches_than_can_wait_are_refused(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "WAITING_MAX", 0)
    with pytest.raises(Refused) as refused:
        await owner.command("search.messages", query="x")
    assert refused.value.error["reason"] == "busy"


@pytest.mark.databases
async def test_no_line_makes_the_database_raise(server: Server, owner: Person) -> None:
    await owner.post("#general", 'NEAR("a b") AND c* OR ^d : {text} -e + f')
    searching = server.app.services.search
    account = server.app.directory.accounts()[0]
    lines = st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                ['"', "AND", "OR", "NOT", "NEAR(", ")", "*", "^", ":", "text:", "facts:c1", "'",
                 "from:", "in:", "has:link", "before:2026-11-30", "\x00", "½", "日本", "\u0301"]
            ),
            max_size=12,
        ).map(" ".join),
    )  # fmt: skip
    loop = asyncio.get_running_loop()

    @settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
    @given(lines)
    def any_line(line: str) -> None:
        async def ask() -> None:
            server.clock.advance(seconds=10)
            try:
                await searching.messages(account, line)
            except SalonError:
                return

        asyncio.run_coroutine_threadsafe(ask(), loop).result(10)

    await asyncio.to_thread(any_line)


@pytest.mark.databases
async def test_what_changes_or_goes_in_the_commit_that_brought_it_leaves_no_word(
    server: Server, owner: Person
) -> None:
    store, channel = server.app.store, int(owner.channel("general"))
    await owner.post("#general", "said before")

    def said(tx: CoreTransaction, words: str) -> int:
        number = tx.new_id()
        at = {"id": number, "channel": channel, "by": int(owner.id), "text": words, "now": 0}
        tx.connection.execute(sql(SAID), at)
        return number

    def three(tx: CoreTransaction) -> None:
        _, changed, gone = (said(tx, f"{what} pears") for what in ("kept", "changed", "gone"))
        tx.connection.execute(
            sql("UPDATE message SET text = 'changed plums' WHERE id = :id"), {"id": changed}
        )
        tx.connection.execute(sql("DELETE FROM message WHERE id = :id"), {"id": gone})

    await store.write(three)
    assert await texts(owner, "pears") == ["kept pears"]
    assert await texts(owner, "plums") == ["changed plums"]
    assert await texts(owner, "gone") == []

    def is_whole(tx: CoreTransaction) -> None:
        tx.connection.execute(sql("DELETE FROM message WHERE text = 'kept pears'"))
        if tx.connection.dialect.name == "sqlite":
            check = "INSERT INTO message_words (message_words, rank) VALUES ('integrity-check', 1)"
            tx.connection.execute(sql(check))  # raises when index and messages differ

    await store.write(is_whole)
    assert await texts(owner, "pears") == []
    assert await texts(owner, "before") == ["said before"]


@pytest.mark.databases
async def test_what_nobody_has_searched_for_before_a_restart_is_found_after_it(
    server: Server, owner: Person
) -> None:
    await owner.post("#general", "pears on the last day")
    await server.restart()
    await owner.open()
    assert await texts(owner, "pears") == ["pears on the last day"]


@FAST
async def test_many_messages_are_taken_into_the_index_together_though_nobody_searches(
    server: Server, owner: Person, database: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "INDEX_EVERY", 5)

    def waiting(connection: Connection) -> int:
        noted = "SELECT count(*) FROM message_words_due"
        return 0 if database else int(connection.execute(sql(noted)).scalar_one())

    for n in range(14):
        await owner.post("#general", f"pears {n}")
    assert await server.app.store.read(waiting) == (0 if database else 4)
    assert len(await texts(owner, "pears")) == 14
    assert await server.app.store.read(waiting) == 0


async def test_what_is_in_the_index_is_found_while_nothing_can_be_written(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owner.post("#general", "early pears")
    assert await texts(owner, "pears") == ["early pears"]
    await owner.post("#general", "late pears")

    async def refused() -> None:
        raise Unavailable("The disk is full.", reason="not_written")

    monkeypatch.setattr(server.app.store, "index", refused)
    assert "early pears" in await texts(owner, "pears")
