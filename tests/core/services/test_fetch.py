"""The way out: what is gone to, what is not, and what may come back."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping, Sequence
from ipaddress import ip_address

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from salon.services import fetch
from salon.services.fetch import Fetch, Rules, Unfetchable, is_public
from salon.testing.clock import PushedClock

PUBLIC = "203.0.114.7"
LOCAL = ip_address("127.0.0.1")


HTML = {"Content-Type": "text/html; charset=utf-8"}
GZIP = {"Content-Encoding": "gzip"}
ANSWERS: Mapping[str, tuple[int, bytes, dict[str, str]]] = {
    "page": (200, b"<title>Hi</title>", {"Set-Cookie": "a=1"}),
    "big": (200, bytes(fetch.BYTES_MAX + 1), {}),
    "bomb": (200, gzip.compress(bytes(8 * fetch.BYTES_MAX)), GZIP),
    "packed": (200, gzip.compress(b"<title>Packed</title>"), GZIP),
    "brotli": (200, b"x", {"Content-Encoding": "br"}),
    "program": (200, b"MZ", {"Content-Type": "application/octet-stream"}),
    "push": (201, b"", {}),
}


class Names:
    """A resolver with answers of its own; each question takes the next answer."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self.answers = {name.replace("_", "."): list(them) for name, them in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        found = self.answers.get(host)
        if found is None:
            raise OSError("no such name")
        return found


class Site:
    """A web server on this machine, and what was asked of it."""

    def __init__(self) -> None:
        self.answers = dict(ANSWERS)
        self.requests: list[web.Request] = []
        self.endless = asyncio.Event()
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self.server = TestServer(application, host="127.0.0.1")

    @property
    def url(self) -> str:
        return f"http://site.example:{self.server.port}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        path = request.match_info["path"]
        match path.split("/"):
            case ["hop", count]:
                further = "/page" if count == "1" else f"/hop/{int(count) - 1}"
                return web.Response(status=302, headers={"Location": further, "Set-Cookie": "a=1"})
            case ["to"]:
                return web.Response(status=302, headers={"Location": request.query["url"]})
            case ["slow"]:
                await self.endless.wait()
        status, content, headers = self.answers.get(path, (404, b"", {}))
        return web.Response(status=status, body=content, headers={**HTML, **headers})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.server.start_server()
    yield site
    site.endless.set()
    await site.server.close()


@pytest.fixture
def names() -> Names:
    return Names(site_example=["127.0.0.1"])


@pytest.fixture
def door(site: Site, names: Names) -> Fetch:
    """The way out, for which this machine's one address is a place on the internet."""
    rules = Rules({80, 443, site.server.port or 0}, lambda at: at == LOCAL or is_public(at))
    return Fetch(PushedClock(), resolver=names, rules=rules)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1",
        "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
        "5f00::1", "fc00::1", "fd00::2", "fe80::1", "fe80::1%eth0", "2a00::1%eth0", "fec0::1",
        "ff02::1",
    ],
)  # fmt: skip
async def test_addresses_around_the_machine_are_not_gone_to(address: str) -> None:
    assert not is_public(ip_address(address))
    names = Names(evil_example=[address])
    with pytest.raises(Unfetchable, match="not public"):
        await Fetch(PushedClock(), resolver=names).get("http://evil.example/")
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(Unfetchable):
        await Fetch(PushedClock(), resolver=names).get(f"http://{literal}/")
    assert names.asked == ["evil.example"]


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2a00:1450::1", "2606:4700::1"])
def test_addresses_on_the_internet_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://017700000001/",
        "http://0x7f.0.0.1/", "http://127.0.0.1.:80/", "http://localhost/", "http://intranet/",
        "http://user@site.example/", "http://user:pass@site.example/", "ftp://site.example/",
        "file:///etc/passwd", "gopher://site.example/", "javascript:alert(1)", "data:text/html,x",
        "http://site.example:22/", "http://site.example:8080/", "https://site.example:25/",
        "http:///x", "//site.example/", "site.example", "", "http://site.example/a b",
        "http://site.example\\@evil.example/", "http://site.example/\n", "http://[::1]/",
        "http://a..example/", "http://-.example/", "http://site.example:x/",
        "http://site.example/" + "x" * 2_048,
    ],
)  # fmt: skip
async def test_what_is_no_plain_address_of_the_web_asks_nobody(url: str) -> None:
    names = Names(site_example=[PUBLIC])
    with pytest.raises(Unfetchable):
        await Fetch(PushedClock(), resolver=names).get(url)
    assert names.asked == []


async def test_one_bad_address_among_good_ones_is_enough(door: Fetch, site: Site) -> None:
    both = Names(site_example=["127.0.0.1", "10.0.0.1"])
    rules = Rules({site.server.port or 0}, lambda at: at == LOCAL)
    with pytest.raises(Unfetchable, match="not public"):
        await Fetch(PushedClock(), resolver=both, rules=rules).get(f"{site.url}/page")
    assert site.requests == []


async def test_a_page_comes_back_without_cookies_or_credentials(
    door: Fetch, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    page = await door.get(f"{site.url}/hop/1")
    assert (page.content, page.media_type, page.charset, page.is_whole) == (
        b"<title>Hi</title>",
        "text/html",
        "utf-8",
        True,
    )
    assert page.url == f"{site.url}/page"
    for request in site.requests:
        assert not {"Cookie", "Authorization", "Referer"} & set(request.headers)
        assert request.headers["User-Agent"] == fetch.USER_AGENT
    again = await door.get(f"{site.url}/page")
    assert again.content == page.content
    assert "Cookie" not in site.requests[-1].headers


async def test_the_name_is_asked_anew_for_each_connection_and_judged_each_time(
    door: Fetch, site: Site, names: Names
) -> None:
    await door.get(f"{site.url}/page")
    names.answers["site.example"] = ["10.0.0.1"]  # what a rebinding attack does
    with pytest.raises(Unfetchable, match="not public"):
        await door.get(f"{site.url}/page")
    assert len(site.requests) == 1


async def test_three_redirects_are_followed_and_no_more(door: Fetch, site: Site) -> None:
    assert (await door.get(f"{site.url}/hop/3")).content == b"<title>Hi</title>"
    with pytest.raises(Unfetchable, match="redirects"):
        await door.get(f"{site.url}/hop/4")


@pytest.mark.parametrize(
    ("further", "why"),
    [
        ("http://169.254.169.254/latest/meta-data/", "not public"),
        ("http://[::1]/", "not public"), ("http://127.1/", "no name of a host"),
        ("file:///etc/passwd", "not by"), ("http://inner.example/", "not public"),
        ("http://site.example:6379/", "port 6379"), ("http://me:pw@site.example/", "credentials"),
        ("ftp://site.example/", "not by"), ("", "redirects"),
    ],
)  # fmt: skip
async def test_a_redirect_passes_the_same_door(
    door: Fetch, site: Site, names: Names, further: str, why: str
) -> None:
    names.answers["inner.example"] = ["192.168.0.10"]
    with pytest.raises(Unfetchable, match=why):
        await door.get(str(URL(f"{site.url}/to").with_query(url=further)))
    assert {request.path for request in site.requests} == {"/to"}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("big", "more than"),
        ("bomb", "more than"),
        ("brotli", "packed"),
        ("program", "of type"),
        ("nothing", "status 404"),
    ],
)
async def test_what_comes_back_is_bounded_in_size_and_kind(
    door: Fetch, site: Site, path: str, why: str
) -> None:
    with pytest.raises(Unfetchable, match=why):
        await door.get(f"{site.url}/{path}")


async def test_the_beginning_may_be_enough_and_is_counted_unpacked(door: Fetch, site: Site) -> None:
    cut = await door.get(f"{site.url}/bomb", may_be_cut=True)
    assert (len(cut.content), cut.is_whole) == (fetch.BYTES_MAX, False)
    whole = await door.get(f"{site.url}/packed")
    assert (whole.content, whole.is_whole) == (b"<title>Packed</title>", True)


async def test_who_does_not_answer_is_left(
    door: Fetch, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "WITHIN_S", 0.2)
    with pytest.raises(Unfetchable, match="TimeoutError"):
        await door.get(f"{site.url}/slow")


async def test_one_host_is_asked_so_often_and_no_more(site: Site, names: Names) -> None:
    rules = Rules({site.server.port or 0}, lambda at: at == LOCAL, per_host_min=2)
    door = Fetch(PushedClock(), resolver=names, rules=rules)
    await door.get(f"{site.url}/hop/1")
    with pytest.raises(Unfetchable, match="too often"):
        await door.get(f"{site.url}/page")


async def test_few_go_out_at_once_and_few_wait(
    door: Fetch, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "WAITING_MAX", 0)
    with pytest.raises(Unfetchable, match="wait already"):
        await door.get(f"{site.url}/page")
    assert site.requests == []


async def test_something_is_handed_over_through_the_same_door(door: Fetch, site: Site) -> None:
    assert await door.post(f"{site.url}/push", b"sealed", {"TTL": "60"}) == 201
    assert site.requests[0].headers["TTL"] == "60"
    assert await door.post(f"{site.url}/hop/1", b"sealed", {}) == 302
    with pytest.raises(Unfetchable):
        await door.post("http://10.0.0.1/", b"sealed", {})
