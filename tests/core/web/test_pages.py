"""The doors: claiming, invitations, sign-in, passwords; and what other sites and hosts get."""

import asyncio
import re
from io import BytesIO

import pytest
from yarl import URL

from salon.plugin import ClientModule, Plugin, PluginConfig, hookimpl
from salon.testing import Person, PushedClock, Refused, Server
from salon.testing.person import PASSWORD

HTML = {"Accept": "text/html"}


async def test_the_owner_link_works_once(server: Server) -> None:
    token = await server.app.services.accounts.new_owner_link()
    first, second = server.visitor(), server.visitor()
    fields = {
        "handle": "june",
        "display_name": "June",
        "password": PASSWORD,
        "community": "Les Voisins",
    }
    own = {"Origin": server.url}
    results = await asyncio.gather(
        *(
            visitor.post(f"/setup/{token}", data=fields, headers=own, allow_redirects=False)
            for visitor in (first, second)
        )
    )
    assert sorted(response.status for response in results) == [303, 404]
    for visitor in (first, second):
        await visitor.close()
    assert len(server.app.directory.accounts()) == 1


async def test_an_owner_link_runs_out_after_30_minutes(server: Server, clock: PushedClock) -> None:
    token = await server.app.services.accounts.new_owner_link()
    clock.advance(minutes=31)
    async with server.visitor() as visitor, visitor.get(f"/setup/{token}", headers=HTML) as page:
        assert page.status == 404
        assert "used or has run out" in await page.text()


async def test_an_unclaimed_server_says_so(server: Server) -> None:
    async with server.visitor() as visitor, visitor.get("/", headers=HTML) as page:
        assert page.status == 503
        assert "no owner yet" in await page.text()


async def test_a_page_speaks_the_readers_language(server: Server) -> None:
    french = {**HTML, "Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}
    async with server.visitor() as visitor, visitor.get("/signin", headers=french) as page:
        assert 'lang="fr"' in await page.text()


async def test_signed_out_people_come_back_to_where_they_wanted_to_go(
    server: Server, owner: Person
) -> None:
    async with server.visitor() as visitor:
        async with visitor.get("/c/general", allow_redirects=False) as response:
            assert response.headers["Location"] == "/signin?next=%2Fc%2Fgeneral"
        answer = await owner.fill("/signin", next="/c/general")
        assert answer.headers["Location"] == "/c/general"


async def test_sign_in_never_leads_to_another_site(owner: Person) -> None:
    answer = await owner.fill("/signin", next="//evil.example")
    assert answer.headers["Location"] == "/"


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    server: Server, owner: Person
) -> None:
    texts = []
    for handle in ("owner", "nobody"):
        answer = await owner.fill("/signin", handle=handle, password="not this one at all")
        assert answer.status == 403
        texts.append((await answer.text()).replace(handle, ""))
    assert texts[0] == texts[1]


@pytest.mark.settings(limits={"sign_ins_per_account_15_min": 5})
async def test_guessing_is_slowed_down_and_can_go_on_later(server: Server, owner: Person) -> None:
    for _ in range(5):
        answer = await owner.fill("/signin", password="a wrong password")
    assert "Try again in" in await answer.text()
    answer = await owner.sign_in()
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_an_invitation_lets_in_as_many_as_it_says(server: Server, owner: Person) -> None:
    made = await owner.command("invitation.create", max_uses=2)
    code = made["invitation"]["code"]
    assert made["url"].endswith(f"/i/{code}")
    visitors = [server.visitor() for _ in range(5)]
    answers = await asyncio.gather(
        *(
            visitor.post(
                f"/i/{code}",
                data={"handle": f"guest{n}", "display_name": "G", "password": PASSWORD},
                headers={"Origin": server.url},
                allow_redirects=False,
            )
            for n, visitor in enumerate(visitors)
        )
    )
    assert [answer.status for answer in answers].count(303) == 2
    assert len(server.app.directory.accounts()) == 3
    for visitor in visitors:
        await visitor.close()


async def test_a_revoked_and_an_expired_invitation_let_nobody_in(
    server: Server, owner: Person, clock: PushedClock
) -> None:
    revoked = (await owner.command("invitation.create"))["invitation"]
    await owner.command("invitation.revoke", invitation=revoked["id"])
    expired = (await owner.command("invitation.create", days=1))["invitation"]
    clock.advance(days=2)
    async with server.visitor() as visitor:
        for code in (revoked["code"], expired["code"], "neverwas"):
            async with visitor.get(f"/i/{code}", headers=HTML) as page:
                assert page.status == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("handle", "x", "2 to 32 characters"),
        ("handle", "\u043ewner", "one alphabet"),
        ("handle", "0wner", "called that already"),
        ("handle", "OWNER", "called that already"),
        ("display_name", "\u202e", "how we should call you"),
        ("password", "short", "at least 10"),
        ("password", "aaaaaaaaaaaa", "too easy to guess"),
        ("password", "password1234", "too easy to guess"),
    ],
)
async def test_a_sign_up_says_what_is_wrong_beside_the_field_and_keeps_the_rest(
    server: Server, owner: Person, field: str, value: str, sentence: str
) -> None:
    made = await owner.command("invitation.create")
    fields = {"handle": "newcomer", "display_name": "Newcomer", "password": PASSWORD} | {
        field: value
    }
    async with server.visitor() as visitor:
        answer = await visitor.post(
            f"/i/{made['invitation']['code']}",
            data=fields,
            headers={"Origin": server.url, **HTML},
            allow_redirects=False,
        )
        page = await answer.text()
    assert answer.status in {400, 409}
    assert sentence in page
    assert f'id="{field}-error"' in page
    assert f'id="{field}-hint"' not in page  # it would say the same again


async def test_a_refused_sign_up_keeps_the_names_and_asks_for_the_password_again(
    server: Server, owner: Person
) -> None:
    made = await owner.command("invitation.create")
    fields = {"handle": "owner", "display_name": "Newcomer", "password": PASSWORD}
    async with (
        server.visitor() as visitor,
        visitor.post(
            f"/i/{made['invitation']['code']}",
            data=fields,
            headers={"Origin": server.url, **HTML},
        ) as answer,
    ):
        page = await answer.text()
    assert 'value="owner"' in page
    assert 'value="Newcomer"' in page
    assert PASSWORD not in page
    assert 'id="password-hint">Type it once more' in page


async def test_a_password_that_was_refused_is_told_why_and_nothing_else(
    server: Server, owner: Person
) -> None:
    answer = await owner.fill("/signin", password="not this one at all")
    page = await answer.text()
    assert 'id="password-error"' in page
    assert "Type it once more" not in page


@pytest.mark.parametrize("door", ["setup", "invitation", "sign-in", "reset"])
async def test_fields_left_empty_are_each_told_so_in_our_words(server: Server, door: str) -> None:
    services = server.app.services
    if door == "setup":
        path = f"/setup/{await services.accounts.new_owner_link()}"
        names = {"community", "display_name", "handle", "password"}
    else:
        owner = await server.claim()
        made = await owner.command("invitation.create")
        reset = await owner.command("account.reset_link", account=owner.id)
        path, names = {
            "invitation": (
                f"/i/{made['invitation']['code']}",
                {"display_name", "handle", "password"},
            ),
            "sign-in": ("/signin", {"handle", "password"}),
            "reset": (reset["url"].removeprefix(server.url), {"password"}),
        }[door]
    headers = {"Origin": server.url, **HTML}
    async with server.visitor() as visitor:
        async with visitor.get(path, headers=HTML) as empty:
            assert "novalidate" in await empty.text()  # no browser's own words
        async with visitor.post(path, data={"handle": " "}, headers=headers) as answer:
            page = await answer.text()
    assert answer.status == 400
    assert set(re.findall(r'id="(\w+)-error">Please fill this in', page)) == names
    assert page.count(" autofocus") == 1


@pytest.mark.parametrize("path", ["/setup/never", "/i/never", "/reset/never"])
async def test_a_form_at_an_address_that_is_not_ours_is_not_shown_again(
    server: Server, owner: Person, path: str
) -> None:
    answer = await owner.fill(path, password="")
    assert answer.status == 404
    assert "<form" not in await answer.text()


async def test_a_changed_password_ends_the_other_sessions(server: Server, owner: Person) -> None:
    await owner.sign_in()
    other = Person(server.url, "owner", PASSWORD)
    await other.sign_in()
    await other.open()
    async with owner.web.post(
        "/api/password",
        json={"current": PASSWORD, "new": "four quite unlikely words"},
        headers={"Origin": server.url},
    ) as response:
        assert response.status == 200
    assert await other.expect_close() == 4001
    assert (await other.sign_in()).status == 403
    assert (await owner.sign_in("four quite unlikely words")).status == 303
    await other.close()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/api/password", {"current": PASSWORD, "new": "four quite unlikely words"}),
        ("/api/prove", {"password": PASSWORD}),
    ],
)
async def test_a_copied_cookie_opens_nothing_once_the_sign_in_is_worth_more(
    server: Server, owner: Person, path: str, fields: dict[str, str]
) -> None:
    own = {"Origin": server.url}
    copied = {each.key: each.value for each in owner.web.cookie_jar}
    async with owner.web.post(path, json=fields, headers=own) as answer:
        assert answer.status == 200
        assert "HttpOnly" in answer.headers["Set-Cookie"]
    async with server.visitor() as thief:
        thief.cookie_jar.update_cookies(copied, URL(server.url))
        async with thief.post("/api/ticket", headers=own) as answer:
            assert answer.status == 401
    await owner.command("ping")
    async with owner.web.post("/api/ticket", headers=own) as answer:
        assert answer.status == 200


async def test_each_sign_in_has_a_secret_of_its_own_and_ends_the_one_it_takes_the_place_of(
    server: Server, owner: Person
) -> None:
    planted = {each.key: each.value for each in owner.web.cookie_jar}
    assert (await owner.sign_in()).status == 303
    given = {each.key: each.value for each in owner.web.cookie_jar}
    assert set(given) == set(planted)
    assert given != planted
    async with server.visitor() as other:
        other.cookie_jar.update_cookies(planted, URL(server.url))
        async with other.post("/api/ticket", headers={"Origin": server.url}) as answer:
            assert answer.status == 401


async def test_a_reset_link_sets_a_new_password_once(server: Server, owner: Person) -> None:
    member = await server.member("alice", owner)
    url = (await owner.command("account.reset_link", account=member.id))["url"]
    path = url.removeprefix(server.url)
    answer = await member.fill(path, password="another unlikely phrase")
    assert answer.status == 303
    assert await member.expect_close() == 4001
    assert (await member.fill(path, password="yet another phrase here")).status == 404


async def test_a_member_cannot_make_a_reset_link_for_the_owner(
    alice: Person, owner: Person
) -> None:
    with pytest.raises(Refused) as refused:
        await alice.command("account.reset_link", account=owner.id)
    assert refused.value.code == "denied"


async def test_a_request_for_another_host_is_misdirected(server: Server) -> None:
    async with server.visitor() as visitor:
        for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost@evil"):
            async with visitor.get("/signin", headers={"Host": host}) as response:
                assert response.status in {400, 421}


async def test_every_answer_carries_the_protecting_headers(server: Server, owner: Person) -> None:
    for path in ("/", "/signin", "/nowhere", "/health/live"):
        async with owner.web.get(path) as response:
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert "require-trusted-types-for" in response.headers["Content-Security-Policy"]
            assert "'unsafe-eval'" not in response.headers["Content-Security-Policy"]
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["X-Request-Id"]


async def test_the_session_cookie_is_out_of_reach_of_scripts(server: Server, owner: Person) -> None:
    answer = await owner.sign_in()
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


@pytest.mark.settings(server={"public_url": "https://salon.example.org"})
async def test_behind_https_the_cookie_is_bound_to_it(server: Server) -> None:
    token = await server.app.services.accounts.new_owner_link()
    async with server.visitor() as visitor:
        answer = await visitor.post(
            f"/setup/{token}",
            data={"handle": "june", "display_name": "J", "password": PASSWORD, "community": "C"},
            headers={"Origin": server.url},
            allow_redirects=False,
        )
    assert answer.status == 303
    assert answer.headers["Set-Cookie"].startswith("__Host-salon_s=")
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.settings(limits={"header_deadline_s": 1})
async def test_whoever_sends_headers_slowly_is_hung_up_on(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127")
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


@pytest.mark.settings(limits={"connections_per_address": 4})
async def test_one_address_has_a_limit_of_connections(server: Server) -> None:
    lines = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
    async with asyncio.timeout(5):
        assert await lines[4][0].read() == b""
    for _reader, writer in lines:
        writer.close()


async def test_a_body_over_the_limit_is_refused(server: Server, owner: Person) -> None:
    own = {"Origin": server.url, "Content-Type": "application/json"}
    async with owner.web.post(
        "/api/password", data=BytesIO(b"x" * 2_000_000), headers=own
    ) as response:
        assert response.status == 413


async def test_json_that_two_readers_would_take_differently_is_refused(
    server: Server, owner: Person
) -> None:
    own = {"Origin": server.url, "Content-Type": "application/json"}
    for body in (
        b'{"a": 1, "a": 2}', b'{"a": {"b": 1, "b": 1}}', b"[" * 10_000,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}', b'{"a": 9007199254740993}',
        b'{"a": ' + b"9" * 5_000 + b"}", b'{"a": "\\ud800"}', b'{"a": "\\u0000"}',
        b'{"a": "\xed\xa0\x80"}',
        b"\xff", b"\xef\xbb\xbf{}", b"7", b"{} {}", b"",
    ):  # fmt: skip
        async with owner.web.post("/api/password", data=body, headers=own) as response:
            assert response.status == 400, body[:40]
            assert (await response.json())["error"]["code"] == "invalid"


async def test_health_says_when_voices_cannot_come_in(server: Server, owner: Person) -> None:
    async with owner.web.get("/health/ready") as response:
        assert response.status == 200
    server.app.doors.is_voice_open = False
    async with owner.web.get("/health/ready") as response:
        assert (response.status, await response.json()) == (
            503,
            {"ok": False, "missing": ["voice"]},
        )


async def test_signing_out_ends_the_session(server: Server, owner: Person) -> None:
    answer = await owner.fill("/signout")
    assert answer.headers["Location"] == "/signin"
    assert await owner.expect_close() == 4001
    async with owner.web.post("/api/ticket", headers={"Origin": server.url}) as response:
        assert response.status == 401


async def test_addresses_with_secrets_never_stand_in_the_log(
    server: Server, owner: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    async with owner.web.get("/i/a-secret-code"):
        pass
    assert "a-secret-code" not in capsys.readouterr().out


class Shown(Plugin[PluginConfig]):
    """Has a page inside the app."""

    name = "shown"

    @hookimpl
    def register_client_modules(self) -> list[ClientModule]:
        return [ClientModule("main.tsx")]


@pytest.mark.plugin.with_args(Shown)
@pytest.mark.parametrize("address", ["/p/shown", "/p/shown/", "/p/shown/some/where?x=1"])
async def test_a_plugins_page_opens_cold_with_and_without_a_slash(
    server: Server, owner: Person, address: str
) -> None:
    async with owner.web.get(address, headers=HTML) as page:
        assert page.status == 200
        assert 'id="app"' in await page.text()
    async with owner.web.get("/p/nobody", headers=HTML) as page:
        assert page.status == 404


@pytest.mark.plugin.with_args(Shown)
async def test_a_plugins_page_is_found_by_its_name_alone_where_nothing_else_is(
    server: Server, owner: Person
) -> None:
    for address in ("/shown", "/shown/", "/shown/some%20where?x=1"):
        async with owner.web.get(address, headers=HTML) as page:
            assert page.status == 200
            assert str(page.url) == f"{server.url}/p{address}"
    for nothing in ("/nobody", "/p/nobody/shown", "/shownothing"):
        async with owner.web.get(nothing, headers=HTML, allow_redirects=False) as page:
            assert page.status == 404
    async with owner.web.post("/shown", headers={"Origin": server.url}, data={}) as page:
        assert page.status == 404
