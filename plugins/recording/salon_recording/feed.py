"""The feed of the show: RSS 2.0 with the iTunes and podcast namespaces."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from salon_recording.episodes import Episode
from salon_recording.show import Show

MEDIA_TYPE = "audio/mpeg"
CHAPTERS_TYPE = "application/json+chapters"
ATOM = "http://www.w3.org/2005/Atom"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2

for _prefix, _namespace in (("atom", ATOM), ("itunes", ITUNES), ("podcast", PODCAST)):
    register_namespace(_prefix, _namespace)


@dataclass(frozen=True, slots=True)
class Item:
    """An episode with what only the server knows of it."""

    episode: Episode
    page_url: str
    media_url: str
    chapters_url: str
    speakers: Sequence[str]


def write_feed(show: Show, items: Sequence[Item], changed_at: datetime) -> bytes:
    """Return the feed. The same arguments give the same bytes."""
    rss = Element("rss", {"version": "2.0"})
    channel = SubElement(rss, "channel")
    _text(channel, "title", show.title)
    _text(channel, "link", show.url)
    _text(channel, "description", show.description)
    _text(channel, "language", show.language)
    _text(channel, "lastBuildDate", format_datetime(changed_at))
    _text(channel, "generator", "Salon")
    own = {"href": show.feed_url, "rel": "self", "type": "application/rss+xml"}
    SubElement(channel, f"{{{ATOM}}}link", own)
    _text(channel, f"{{{ITUNES}}}author", show.author)
    _text(channel, f"{{{ITUNES}}}type", "episodic")
    _text(channel, f"{{{ITUNES}}}explicit", str(show.config.show_explicit).lower())
    SubElement(channel, f"{{{ITUNES}}}category", {"text": _clean(show.config.show_category)})
    SubElement(channel, f"{{{ITUNES}}}image", {"href": show.cover_url})
    if show.config.show_email:
        owner = SubElement(channel, f"{{{ITUNES}}}owner")
        _text(owner, f"{{{ITUNES}}}name", show.author)
        _text(owner, f"{{{ITUNES}}}email", show.config.show_email)
        _text(channel, f"{{{PODCAST}}}locked", "yes").set("owner", show.config.show_email)
    for item in items:
        _item(channel, item)
    feed: bytes = tostring(rss, encoding="utf-8", xml_declaration=True)
    return feed


def _item(channel: Element, item: Item) -> None:
    episode = item.episode
    if episode.published_at is None:
        return
    entry = SubElement(channel, "item")
    _text(entry, "title", episode.title)
    _text(entry, "link", item.page_url)
    _text(entry, "guid", episode.guid).set("isPermaLink", "false")
    _text(entry, "pubDate", format_datetime(episode.published_at))
    _text(entry, "description", episode.notes or episode.title)
    sound = {"url": item.media_url, "length": str(episode.size_bytes), "type": MEDIA_TYPE}
    SubElement(entry, "enclosure", sound)
    _text(entry, f"{{{ITUNES}}}duration", str(round(episode.duration_ms / 1_000)))
    _text(entry, f"{{{ITUNES}}}episodeType", "full")
    if episode.chapters:
        told = {"url": item.chapters_url, "type": CHAPTERS_TYPE}
        SubElement(entry, f"{{{PODCAST}}}chapters", told)
    for name in item.speakers:
        _text(entry, f"{{{PODCAST}}}person", name)


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return NOT_XML.sub("", text)
