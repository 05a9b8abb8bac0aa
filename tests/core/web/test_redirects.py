"""Where a page may lead: to a path of this server, as a browser reads it, whatever was asked."""

import json
import runpy
import subprocess
from pathlib import Path

from salon.testing import Person, Server

ROOT = Path(__file__).resolve().parents[3]
OURS = "https://salon.example"
STARTS = (
    "", "/", "//", "///", "/\\", "\\/", "\\\\", "/\t/", "/\n/", "/ /", "/./", "/..//", "/;/",
    "/%2f", "/%5c", "/%09/", "/\u2028/", "/\uff0f", "/.", "?//", "#//", ".//", "@",
)  # fmt: skip
TARGETS = (
    "evil.example", "evil.example/path", "https://evil.example", "https:evil.example",
    "javascript:alert(1)", "data:text/html,x", "@evil.example", "[::1]/", "evil.example:1",
)  # fmt: skip
READ = """
    const [ours, all] = JSON.parse(await new Response(Deno.stdin.readable).text());
    console.log(JSON.stringify(all.map((one) => new URL(one, ours + "/signin").origin)));
"""


def origins(locations: list[str]) -> list[str]:
    """Return where a browser would be, by the URL standard that browsers follow."""
    deno = runpy.run_path(str(ROOT / "hatch_build.py"))["deno"]()
    told = subprocess.run(
        [deno, "eval", "--quiet", READ],
        input=json.dumps([OURS, locations]).encode(),
        check=True,
        capture_output=True,
        timeout=60,
    )
    return list(json.loads(told.stdout))


async def test_no_address_that_somebody_made_leads_from_sign_in_to_another_site(
    server: Server, owner: Person
) -> None:
    asked = [start + target for start in STARTS for target in TARGETS]
    asked += [f"/c/general{one}" for one in asked[:40]]
    locations = []
    for one in asked:
        async with owner.web.get("/signin", params={"next": one}, allow_redirects=False) as answer:
            assert answer.status == 303
            locations.append(answer.headers["Location"])
    assert origins([OURS, "//evil.example/"]) == [OURS, "https://evil.example"]  # it can tell
    led = dict(zip(asked, origins(locations), strict=True))
    assert {one: where for one, where in led.items() if where != OURS} == {}


async def test_an_address_that_looks_like_another_site_leads_back_to_none(server: Server) -> None:
    """Who is not signed in is sent to sign in and back to where they were."""
    await server.claim()
    async with server.visitor() as visitor:
        for path in ("//evil.example/%2e%2e", "/c//evil.example", "/c/%5cevil.example"):
            async with visitor.get(f"{server.url}{path}", allow_redirects=False) as answer:
                location = answer.headers.get("Location", "/")
            assert location.startswith("/")
            assert origins([location]) == [OURS]
