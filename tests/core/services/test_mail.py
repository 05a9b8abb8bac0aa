"""Letters, as a mail server of somebody else's making receives them."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http import HTTPStatus
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from salon.config import Mail as MailSettings
from salon.services.erasing import JOB as ERASE
from salon.services.jobs import CORE
from salon.services.mail import Mail
from salon.store import jobs
from salon.testing import Person, PushedClock, Refused, Server

pytestmark = pytest.mark.settings(
    mail={
        "host": "127.0.0.1",
        "encryption": "none",
        "sender": "salon@example.org",
    }
)


class Sink:
    """Keeps what it is given; `answer` is what it says to a recipient."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 its name in aiosmtpd
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        letter = message_from_bytes(content, EmailMessage, policy=policy.default)
        self.letters.append(letter)
        return "250 OK"

    def to(self, address: str) -> EmailMessage:
        """Return the last letter to an address."""
        return [letter for letter in self.letters if letter["To"] == address][-1]


@pytest.fixture
async def sink(server: Server) -> AsyncIterator[Sink]:
    kept = Sink()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(kept, hostname="sink"), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    mail: Mail = server.app.services.mail
    mail._settings = MailSettings(**{**mail._settings.model_dump(), "port": port})
    yield kept
    listening.close()


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def path_in(letter: EmailMessage, server: Server) -> str:
    found = re.search(rf"{re.escape(server.app.base_url)}(/\S+)", text_of(letter))
    assert found is not None, text_of(letter)
    return found[1]


async def with_address(server: Server, sink: Sink, person: Person, address: str) -> None:
    await person.command("mail.want", address=address, language="en")
    await server.settled()
    await person.fill(path_in(sink.to(address), server))


async def post(person: Person, path: str, fields: Mapping[str, str]) -> tuple[int, str]:
    answer = await person.fill(path, **fields)
    return answer.status, await answer.text()


async def test_an_address_is_used_once_its_link_was_opened(
    server: Server, sink: Sink, alice: Person
) -> None:
    told = await alice.command("mail.want", address="alice@example.org", language="fr")
    assert (told["address"], told["wanted"]) == (None, "alice@example.org")
    await server.settled()
    letter = sink.to("alice@example.org")
    assert letter["Subject"] == "Les Voisins: Est-ce ton adresse\u202f?"
    path = path_in(letter, server)
    async with alice.web.get(path) as page:  # as programs do that look into letters
        assert "Alice" in await page.text()
    assert (await alice.command("mail.get"))["address"] is None
    assert (await alice.fill(path)).status == 200
    assert (await alice.command("mail.get"))["address"] == "alice@example.org"
    assert (await alice.fill(path)).status == 404


async def test_a_link_to_one_address_confirms_no_other_that_is_wanted_since(
    server: Server, sink: Sink, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.command("mail.want", address="alice@example.org", language="en")
    await server.settled()
    path = path_in(sink.to("alice@example.org"), server)
    monkeypatch.setattr(server.app.services.jobs, "look", lambda: None)  # the next letter is late
    await alice.command("mail.want", address="somebody@example.org", language="en")
    assert (await alice.fill(path)).status == 404
    assert (await alice.command("mail.get"))["address"] is None


async def test_the_old_address_is_told_when_it_is_changed_or_removed(
    server: Server, sink: Sink, alice: Person, clock: PushedClock
) -> None:
    await with_address(server, sink, alice, "old@example.org")
    await with_address(server, sink, alice, "new@example.org")
    await server.settled()
    assert "was changed" in sink.to("old@example.org")["Subject"]
    clock.advance(minutes=11)
    with pytest.raises(Refused) as refused:
        await alice.command("mail.remove")
    assert refused.value.error["reason"] == "prove"
    own = {"Origin": server.url}
    await alice.web.post("/api/prove", json={"password": alice.password}, headers=own)
    await alice.command("mail.remove")
    await server.settled()
    assert "was changed" in sink.to("new@example.org")["Subject"]


@pytest.mark.parametrize("who", ["alice", "Alice@Example.org"])
async def test_a_link_by_letter_comes_in_once_within_15_minutes(
    server: Server, sink: Sink, alice: Person, clock: PushedClock, who: str
) -> None:
    await with_address(server, sink, alice, "alice@example.org")
    await alice.fill("/signout")
    status, said = await post(alice, "/signin/mail", {"handle": who, "purpose": "signin"})
    assert (status, "on its way" in said) == (200, True)
    await server.settled()
    path = path_in(sink.to("alice@example.org"), server)
    assert (await alice.fill(path)).status == 303
    assert (await alice.fill(path)).status == 404
    await alice.open()
    with pytest.raises(Refused) as refused:  # who reads letters has not shown to be her
        await alice.command("second_step.begin")
    assert refused.value.error["reason"] == "prove"
    await post(alice, "/signin/mail", {"handle": who, "purpose": "signin"})
    await server.settled()
    clock.advance(minutes=15)
    assert (await alice.fill(path_in(sink.to("alice@example.org"), server))).status == 404


async def test_a_letter_brings_a_new_password(server: Server, sink: Sink, alice: Person) -> None:
    await with_address(server, sink, alice, "alice@example.org")
    await post(alice, "/signin/mail", {"handle": "alice", "purpose": "reset"})
    await server.settled()
    path = path_in(sink.to("alice@example.org"), server)
    assert (await alice.fill(path, password="another unlikely phrase")).status == 303
    assert (await alice.sign_in("another unlikely phrase")).status == 303


async def test_nobody_learns_who_is_here_by_asking_for_letters(
    server: Server, sink: Sink, alice: Person, bob: Person
) -> None:
    await with_address(server, sink, alice, "alice@example.org")
    count = len(sink.letters)
    answers = {
        await post(alice, "/signin/mail", {"handle": who, "purpose": "signin"})
        for who in ("alice", "alice@example.org", "bob", "nobody", "no@example.org", "\ud7ff")
    }
    assert len(answers) == 1
    await server.settled()
    assert len(sink.letters) == count + 2
    rows = (await server.stored())["job"]
    assert "example.org" not in rows  # not even what was asked for


async def test_letters_are_asked_for_seldom(server: Server, sink: Sink, alice: Person) -> None:
    for _ in range(3):
        assert (await post(alice, "/signin/mail", {"handle": "alice"}))[0] == 200
    assert (await post(alice, "/signin/mail", {"handle": "ALICE"}))[0] == 429
    for n in range(6):
        assert (await post(alice, "/signin/mail", {"handle": f"name{n}"}))[0] == 200
    assert (await post(alice, "/signin/mail", {"handle": "another"}))[0] == 429
    for n in range(5):
        await alice.command("mail.want", address=f"a{n}@example.org", language="en")
    with pytest.raises(Refused) as refused:
        await alice.command("mail.want", address="b@example.org", language="en")
    assert refused.value.code == "too_many"


NO_ADDRESSES = (
    "", "june", "@example.org", "june@", "june@example", "june@.org", "a b@example.org",
    "june@example.org\r\nBcc: all@example.org", "june@example.org, b@example.org",
    "<june@example.org>", "jüne@example.org", "x" * 65 + "@example.org", "j@" + "e." * 130 + "org",
)  # fmt: skip


async def test_what_is_no_address_gets_no_letter(server: Server, sink: Sink, alice: Person) -> None:
    for address in NO_ADDRESSES:
        with pytest.raises(Refused) as refused:
            await alice.command("mail.want", address=address, language="en")
        assert refused.value.error["reason"] == "mail_address"
    await server.settled()
    assert not sink.letters


async def test_a_server_that_is_away_is_tried_again_and_one_that_says_no_is_not(
    server: Server, sink: Sink, alice: Person, clock: PushedClock
) -> None:
    sink.answer = "450 Try again later"
    await alice.command("mail.want", address="alice@example.org", language="en")
    await server.settled()
    assert not sink.letters
    sink.answer = "250 OK"
    clock.advance(seconds=11)
    await server.settled()
    assert len(sink.letters) == 1
    sink.answer = "550 Nobody is called that"
    await alice.command("mail.want", address="other@example.org", language="en")
    await server.settled()
    sink.answer = "250 OK"
    clock.advance(hours=3)
    await server.settled()
    assert len(sink.letters) == 1


async def test_a_digest_of_unread_mentions_comes_once_a_week_until_its_link_ends_it(
    server: Server, sink: Sink, alice: Person, bob: Person, clock: PushedClock
) -> None:
    await with_address(server, sink, alice, "alice@example.org")
    await alice.command("mail.digest", digest=True)
    mail = server.app.services.mail
    clock.advance(seconds=timedelta(days=8).total_seconds())
    await mail.queue_digests()
    await server.settled()
    count = len(sink.letters)  # nothing was unread: no letter
    await bob.post("#general", f"<@{alice.id}>, the canary sings")
    clock.advance(seconds=timedelta(days=8).total_seconds())
    for _ in range(2):
        await mail.queue_digests()
        await server.settled()
    assert len(sink.letters) == count + 1
    letter = sink.letters[-1]
    assert "Bob in" in text_of(letter)
    assert "canary" not in str(letter)  # what was written stays here
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = letter["List-Unsubscribe"].strip("<>").removeprefix(server.app.base_url)
    async with server.visitor() as program:  # without a cookie or an origin
        body = {"List-Unsubscribe": "One-Click"}
        assert (await program.post(path, data=body)).status == 200
        assert (await program.post(path[:-1] + "x", data=body)).status == 404
    assert not (await alice.command("mail.get"))["digest"]


@pytest.mark.settings(mail={})
async def test_without_a_mail_server_all_else_works(server: Server, alice: Person) -> None:
    async with server.visitor() as visitor, visitor.get("/signin") as page:
        assert "/signin/mail" not in await page.text()
    assert (await alice.fill("/signin/mail", handle="alice")).status == 409
    with pytest.raises(Refused) as refused:
        await alice.command("mail.want", address="a@example.org", language="en")
    assert refused.value.error["reason"] == "mail_off"
    assert (await alice.sign_in()).status == 303


async def test_the_address_of_a_banned_person_is_refused_also_when_they_are_erased(
    server: Server, sink: Sink, owner: Person, alice: Person
) -> None:
    ned, zoe = await server.member("ned", owner), await server.member("zoe", owner)
    await zoe.command("mail.want", address="Canary@Example.org", language="en")
    await server.settled()
    link = path_in(sink.to("Canary@Example.org"), server)
    await with_address(server, sink, ned, "canary+salon@example.org")
    await owner.command("sanction.impose", account=ned.id, kind="ban")
    with pytest.raises(Refused, match="cannot be used here"):
        await alice.command("mail.want", address="CANARY@example.org", language="en")
    assert (await zoe.fill(link)).status == HTTPStatus.FORBIDDEN
    payload = {"account_id": ned.id}
    await server.app.store.write(lambda tx: jobs.add(tx, CORE, ERASE, payload, tx.now))
    await server.settled()
    with pytest.raises(Refused, match="cannot be used here"):
        await alice.command("mail.want", address="canary@example.org", language="en")
    await alice.command("mail.want", address="canaries@example.org", language="en")


async def test_the_address_of_who_was_banned_is_taken_again_when_that_is_lifted(
    server: Server, sink: Sink, owner: Person, alice: Person
) -> None:
    ned = await server.member("ned", owner)
    await with_address(server, sink, ned, "ned@example.org")
    await owner.command("sanction.impose", account=ned.id, kind="ban")
    await owner.command("sanction.lift", account=ned.id, kind="ban")
    await alice.command("mail.want", address="ned@example.org", language="en")
