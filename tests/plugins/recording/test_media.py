"""Sound, pages and feed over HTTP, whatever a stranger asks for (RFC 9110, 13 and 14)."""

from collections.abc import Mapping

import aiohttp
import pytest
from tests.plugins.recording.shelved import SOUND, Shelf
from yarl import URL

from salon.testing import Person, Server
from salon_recording.plugin import RecordingPlugin

pytestmark = pytest.mark.plugin.with_args(RecordingPlugin)

FEED, COVER = "/shows/episodes/feed.xml", "/shows/episodes/cover.png"
NO_CALENDAR = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
NO_ZONE = "Mon, 01 Jan 2020 00:00:00 +99999999999"
HUGE = "9" * 5_000
NO_PARTS = (
    "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1--1", "bytes=+1-2", "bytes=0x1-",
    "bytes=\u0661-\u0662", "items=0-1", "junk", "",
    "bytes=0-1,4-5", "bytes=0-0,-1",  # several: all of it
    "bytes=" + ",".join(["0-"] * 900),
)  # fmt: skip
NO_NAMES = (
    "..", "%2e%2e", "..%2f..%2f..%2fsalon.db", "%2fetc%2fpasswd", "%00", "%FF", "%ED%A0%80", "%0a",
    "%22", "<b>", "a" * 7_000, "1", "0",
)  # fmt: skip
NO_IDS = ("0" * 20 + "9" * 30, HUGE, "%00", "..%2f1", "-1", "1.5", "%D9%A1", "%ED%A0%80", "1%20")


@pytest.fixture
async def page(server: Server, owner: Person) -> str:
    """The address of an episode's page."""
    return f"/e/{(await Shelf(server).put(owner)).slug}"


@pytest.fixture
def sound(page: str) -> str:
    return f"{page}/{page.removeprefix('/e/')}.mp3"


async def _got(
    visitor: aiohttp.ClientSession, path: str, **headers: str
) -> tuple[int, bytes, Mapping[str, str]]:
    answer = await visitor.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return answer.status, await answer.read(), answer.headers


async def test_a_player_gets_the_part_it_asks_for(server: Server, sound: str) -> None:
    size = len(SOUND)
    wanted = {
        "bytes=0-0": (0, 1),
        "bytes=100-199": (100, 200),
        "bytes=100-": (100, size),
        "bytes=-5": (size - 5, size),
        f"bytes=-{size + 1}": (0, size),
        f"bytes=-{HUGE}": (0, size),
        f"bytes={size - 1}-{size + 99}": (size - 1, size),
        f"bytes=7-{HUGE}": (7, size),
        f"bytes={'0' * 30}7-9": (7, 10),
        "Bytes= 0-1 ,": (0, 2),
    }
    async with server.visitor() as visitor:
        _, whole, _ = await _got(visitor, sound)
        for asked, (first, end) in wanted.items():
            status, body, headers = await _got(visitor, sound, Range=asked)
            assert (status, body) == (206, whole[first:end]), asked[:40]
            assert headers["Content-Range"] == f"bytes {first}-{end - 1}/{size}"


async def test_a_part_that_is_not_there_is_refused_and_what_is_no_part_is_not_heard(
    server: Server, sound: str
) -> None:
    size = len(SOUND)
    async with server.visitor() as visitor:
        for asked in (f"bytes={size}-", f"bytes={HUGE}-", "bytes=-0", f"bytes={size}-{size + 5}"):
            status, body, headers = await _got(visitor, sound, Range=asked)
            assert (status, body) == (416, b""), asked[:40]
            assert headers["Content-Range"] == f"bytes */{size}"
        for asked in NO_PARTS:
            status, body, _ = await _got(visitor, sound, Range=asked)
            assert (status, len(body)) == (200, size), asked[:40]
        head = await visitor.head(sound, headers={"Range": "bytes=0-1"})
        assert (head.status, head.headers["Content-Length"]) == (200, str(size))


async def test_a_download_goes_on_only_while_the_file_is_the_same(
    server: Server, sound: str
) -> None:
    async with server.visitor() as visitor:
        _, _, told = await _got(visitor, sound)
        for known in (told["ETag"], told["Last-Modified"]):
            status, body, _ = await _got(visitor, sound, Range="bytes=1-2", If_Range=known)
            assert (status, len(body)) == (206, 2), known
        earlier, later = "Mon, 01 Jan 1990 00:00:00 GMT", "Sun, 01 Jan 2090 00:00:00 GMT"
        weak = f"W/{told['ETag']}"
        for other in ('"of a file that was"', weak, earlier, later, NO_CALENDAR, NO_ZONE, "junk"):
            status, body, _ = await _got(visitor, sound, Range="bytes=1-2", If_Range=other)
            assert (status, len(body)) == (200, len(SOUND)), other


async def test_nothing_is_sent_again_to_who_has_it(server: Server, sound: str) -> None:
    async with server.visitor() as visitor:
        for path in (sound, FEED, COVER):
            _, _, told = await _got(visitor, path)
            etag = told["ETag"]
            for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
                assert (await _got(visitor, path, If_None_Match=known))[0] == 304, known
            for other in ('"x"', '"a*"', f'"{etag[1:9]}"', "junk", ""):
                assert (await _got(visitor, path, If_None_Match=other))[0] == 200, other


async def test_dates_of_no_calendar_change_nothing_and_break_nothing(
    server: Server, page: str, sound: str
) -> None:
    paths = (sound, FEED, COVER, page, f"{page}/chapters.json")
    async with server.visitor() as visitor:
        for path in paths:
            for date in (NO_CALENDAR, NO_ZONE, "Mon, 99 Foo", "junk", ""):
                for name in ("If_Modified_Since", "If_Unmodified_Since", "If_Range"):
                    status, _, _ = await _got(visitor, path, **{name: date})
                    assert status == 200, (path, name, date)
    assert server.app.host.is_running("recording")
    assert not server.app.host.statuses()[0].faults


async def test_no_name_in_an_address_leads_to_another_file(
    server: Server, owner: Person, page: str, sound: str
) -> None:
    addresses = [f"/e/{name}" for name in NO_NAMES]
    addresses += [f"/e/{name}/{name}.mp3" for name in NO_NAMES]
    addresses += [f"{page}/{name}.mp3" for name in NO_NAMES]
    addresses += [f"/e/{name}/chapters.json" for name in NO_NAMES]
    addresses += [f"/e/{name}/{end}" for name in NO_NAMES for end in ("embed", "1.png")]
    addresses += [f"/p/recording/oembed?url={server.url}/e/{name}" for name in NO_NAMES]
    addresses += [f"/shows/{name}/feed.xml" for name in NO_NAMES]
    addresses += [f"{page}%00", f"{page}/", page.upper(), f"{sound}%00", f"{sound}/x", "/e/", "/e"]
    async with server.visitor() as visitor:
        for address in addresses:
            got = await visitor.get(URL(server.url + address, encoded=True), allow_redirects=False)
            no_text = "%00" in address  # PostgreSQL cannot even look for it
            assert got.status in ({400, 404} if no_text else {404}), address[:60]
        for address in ("/drafts/{}.mp3", "/voices/{}/1.opus", "/voices/1/{}.opus"):
            for wrong in NO_IDS:
                url = URL(f"{server.url}/p/recording{address.format(wrong)}", encoded=True)
                assert (await owner.web.get(url)).status == 404, url.path[:60]
    assert not server.app.host.statuses()[0].faults


async def test_a_link_in_the_folder_of_episodes_is_no_way_out(server: Server, sound: str) -> None:
    (file,) = (Shelf(server).salon.data_directory / "episodes").glob("*.mp3")
    file.unlink()
    file.symlink_to(server.directory / "data" / "salon.db")
    async with server.visitor() as visitor:
        assert (await _got(visitor, sound))[0] == 404
