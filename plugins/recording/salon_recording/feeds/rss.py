"""A feed as podcast programs read it: RSS 2.0 with the iTunes and podcast namespaces.

Values in, bytes out; the same values give the same bytes. What each tag must carry stands in
`tests/plugins/recording/test_feed_tags.py`, with the document that says so. Everything that people
wrote comes in as text and goes out as text; what XML 1.0 cannot hold is left out.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

MEDIA_TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "m4a": "audio/mp4"}
MEDIA_TYPE = MEDIA_TYPES["mp3"]
CHAPTERS_TYPE = "application/json+chapters"
ATOM = "http://www.w3.org/2005/Atom"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
SHOWS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # of podcast:guid
LINE_MAX = 128  # of names, titles of soundbites and words of links in the podcast namespace
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2

for _prefix, _namespace in (("atom", ATOM), ("itunes", ITUNES), ("podcast", PODCAST)):
    register_namespace(_prefix, _namespace)


@dataclass(frozen=True, slots=True)
class Link:
    """A file: its address and its type."""

    url: str
    type: str


@dataclass(frozen=True, slots=True)
class Media:
    """An episode's sound, in one of its formats."""

    url: str
    type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who is heard. Roles are of the Podcast Taxonomy, group "cast"."""

    name: str
    is_host: bool

    @property
    def role(self) -> str:
        return "host" if self.is_host else "guest"


@dataclass(frozen=True, slots=True)
class Soundbite:
    """A part to try an episode by; times are the episode's."""

    start_ms: int
    duration_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """An episode. `others` are its sound in other formats; `notes` are plain text."""

    guid: str
    title: str
    page_url: str
    published_at: datetime
    notes: str
    media: Media
    duration_ms: int
    chapters_url: str | None = None
    others: Sequence[Media] = ()
    transcripts: Sequence[Link] = ()
    people: Sequence[Person] = ()
    soundbites: Sequence[Soundbite] = ()


@dataclass(frozen=True, slots=True)
class Airing:
    """A room that is live now. `ends_at` is a guess, as the specification has it."""

    guid: str
    title: str
    url: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """What is said of all episodes together. `own_url` is where this very feed is fetched.

    `public_url` is the address of the show's public feed: the show's guid is made of it, for
    members' own feeds too. `is_private`: no directory may list it.
    """

    title: str
    url: str
    own_url: str
    public_url: str
    description: str
    language: str
    author: str
    category: str
    cover_url: str
    is_explicit: bool
    email: str = ""
    funding_url: str = ""
    funding_words: str = ""
    is_private: bool = False
    changed_at: datetime | None = None


def write_feed(channel: Channel, items: Sequence[Item], airings: Sequence[Airing] = ()) -> bytes:
    """Return the feed, items in their order. The same arguments give the same bytes."""
    rss = Element("rss", {"version": "2.0"})
    parent = SubElement(rss, "channel")
    _show(parent, channel)
    for airing in airings:
        _airing(parent, airing)
    for item in items:
        _item(parent, item)
    feed: bytes = tostring(rss, encoding="utf-8", xml_declaration=True)
    return feed


def show_guid(feed_url: str) -> str:
    """Return the podcast:guid of a show: of its address without scheme and slashes at the end."""
    return str(uuid.uuid5(SHOWS, feed_url.partition("://")[2].rstrip("/")))


def _show(parent: Element, channel: Channel) -> None:
    _text(parent, "title", channel.title)
    _text(parent, "link", channel.url)
    _text(parent, "description", channel.description)
    _text(parent, "language", channel.language)
    if channel.changed_at is not None:
        _text(parent, "lastBuildDate", format_datetime(channel.changed_at))
    _text(parent, "generator", "Salon")
    own = {"href": channel.own_url, "rel": "self", "type": "application/rss+xml"}
    _tag(parent, f"{{{ATOM}}}link", own)
    _for_directories(parent, channel)
    _text(parent, f"{{{PODCAST}}}guid", show_guid(channel.public_url))
    _text(parent, f"{{{PODCAST}}}medium", "podcast")
    lock = _text(parent, f"{{{PODCAST}}}locked", "yes")
    if channel.email:
        lock.set("owner", _clean(channel.email))
    if channel.funding_url:
        words = _line(channel.funding_words)
        _tag(parent, f"{{{PODCAST}}}funding", {"url": channel.funding_url}, words)
    if channel.is_private:
        _text(parent, f"{{{ITUNES}}}block", "Yes")
        _text(parent, f"{{{PODCAST}}}block", "yes")


def _for_directories(parent: Element, channel: Channel) -> None:
    _text(parent, f"{{{ITUNES}}}author", channel.author)
    _text(parent, f"{{{ITUNES}}}type", "episodic")
    _text(parent, f"{{{ITUNES}}}explicit", str(channel.is_explicit).lower())
    _tag(parent, f"{{{ITUNES}}}category", {"text": channel.category})
    _tag(parent, f"{{{ITUNES}}}image", {"href": channel.cover_url})
    if channel.email:
        owner = SubElement(parent, f"{{{ITUNES}}}owner")
        _text(owner, f"{{{ITUNES}}}name", channel.author)
        _text(owner, f"{{{ITUNES}}}email", channel.email)


def _airing(parent: Element, airing: Airing) -> None:
    times = {"start": airing.starts_at.isoformat(), "end": airing.ends_at.isoformat()}
    entry = _tag(parent, f"{{{PODCAST}}}liveItem", {"status": "live", **times})
    _text(entry, "title", airing.title)  # no link: some programs take it for the show's
    _text(entry, "guid", airing.guid).set("isPermaLink", "false")
    _tag(entry, f"{{{PODCAST}}}contentLink", {"href": airing.url}, _line(airing.title))


def _item(parent: Element, item: Item) -> None:
    entry = SubElement(parent, "item")
    _text(entry, "title", item.title)
    _text(entry, "link", item.page_url)
    _text(entry, "guid", item.guid).set("isPermaLink", "false")
    _text(entry, "pubDate", format_datetime(item.published_at))
    _text(entry, "description", item.notes or item.title)
    _tag(entry, "enclosure", {"url": item.media.url, **_size_and_type(item.media)})
    _text(entry, f"{{{ITUNES}}}duration", str(round(item.duration_ms / 1_000)))
    _text(entry, f"{{{ITUNES}}}episodeType", "full")
    for media in item.others:
        other = _tag(entry, f"{{{PODCAST}}}alternateEnclosure", _size_and_type(media))
        _tag(other, f"{{{PODCAST}}}source", {"uri": media.url})
    if item.chapters_url is not None:
        told = {"url": item.chapters_url, "type": CHAPTERS_TYPE}
        _tag(entry, f"{{{PODCAST}}}chapters", told)
    for link in item.transcripts:
        _tag(entry, f"{{{PODCAST}}}transcript", {"url": link.url, "type": link.type})
    for person in item.people:
        part = {"role": person.role, "group": "cast"}
        _tag(entry, f"{{{PODCAST}}}person", part, _line(person.name))
    for bite in item.soundbites:
        times = {"startTime": _seconds(bite.start_ms), "duration": _seconds(bite.duration_ms)}
        _tag(entry, f"{{{PODCAST}}}soundbite", times, _line(bite.title))


def _size_and_type(media: Media) -> dict[str, str]:
    return {"length": str(media.size_bytes), "type": media.type}


def _seconds(ms: int) -> str:
    return f"{ms / 1_000:.3f}"


def _text(parent: Element, name: str, text: str) -> Element:
    return _tag(parent, name, {}, text)


def _tag(parent: Element, name: str, attributes: dict[str, str], text: str = "") -> Element:
    element = SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})
    element.text = _clean(text)
    return element


def _line(text: str) -> str:
    return _clean(text)[:LINE_MAX]


def _clean(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return NOT_XML.sub("", text)
