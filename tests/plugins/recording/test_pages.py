"""What people write is text on the public pages and in the feed, never markup."""

from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from tests.plugins.recording.kitchen import Kitchen

from salon.testing import Person, Server
from salon_recording.plugin import RecordingPlugin

pytestmark = [pytest.mark.slow, pytest.mark.plugin.with_args(RecordingPlugin)]

MARKUP = "\"'>]]>&amp;</title></bdi></a><script>a(1)</script><img src=x onerror=a(1)>{{7*7}}"
NOTES = f"""{MARKUP}

javascript:alert(1) data:text/html,x https://example.org/"onmouseover="alert(1) HTTP://example.org
"""
TURNED = "\u202egpj.exe\u2066\u200f"  # the other way round
LONG = "\N{MICROPHONE}\ufe0f" * 100
SCHEMES = ("https:", "http:", "podcast:", "/")
PERSON = "{https://podcastindex.org/namespace/1.0}person"


class _Page(HTMLParser):
    """Collects what would act in a page, and what would be read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.links += [(value or "").lower() for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("words", [MARKUP, TURNED, LONG])
async def test_titles_chapters_notes_and_names_are_text(
    server: Server, owner: Person, kitchen: Kitchen, words: str
) -> None:
    edited = await owner.command("account.edit", display_name=words[:32])
    name = edited["account"]["display_name"]  # without what turns text around
    take_id = await kitchen.have()
    chapters = [{"at_s": at, "title": words[:120]} for at in (0, 0.5)]
    notes = NOTES if words is MARKUP else words
    episode = await kitchen.publish(take_id, title=words[:200], notes=notes, chapters=chapters)
    async with server.visitor() as visitor:
        for path in (kitchen.page_of(episode), "/shows/episodes"):
            page = _Page(await (await visitor.get(path)).text())
            assert page.tags.isdisjoint({"img", "iframe", "object", "base", "form"}), path
            assert page.handlers == []
            assert words[:200] in page.text
            elsewhere = [one for one in page.links if not one.startswith(SCHEMES)]
            assert elsewhere == ["#content", "?lang=fr"]
            assert not any(link.startswith("//") for link in page.links)
        item = ET.fromstring(  # noqa: S314 our own
            await (await visitor.get("/shows/episodes/feed.xml")).read()
        ).find("channel/item")
        assert item is not None
        assert item.findtext("title") == words[:200]
        assert item.findtext("description") == notes.strip()
        assert item.findtext(PERSON) == name
        told = await (await visitor.get(f"{kitchen.page_of(episode)}/chapters.json")).json()
        assert [chapter["title"] for chapter in told["chapters"]] == [words[:120]] * 2


async def test_two_episodes_of_one_title_have_addresses_of_their_own(
    server: Server, kitchen: Kitchen
) -> None:
    take_id = await kitchen.have()
    made = [await kitchen.publish(take_id, title=title) for title in ("Émoi !", "emoi", "…", "…")]
    addresses = {kitchen.page_of(episode) for episode in made}
    assert len(addresses) == 4
    assert "/e/emoi" in addresses
    async with server.visitor() as visitor:
        for address in addresses:
            assert (await visitor.get(address)).status == 200
