"""What pages and machines are told of an episode: plain facts for templates, and schema.org's.

The structured data is a data block, which a browser reads and never runs (HTML, 4.12.1), so that
it needs no exception from the pages' policy. Templates escape all of it.
"""

from collections.abc import Sequence
from typing import Any

from linkify_it.main import LinkifyIt
from markupsafe import Markup, escape

from salon.plugin import LinkPicture
from salon_recording.episodes import Episode
from salon_recording.show import Show

BARS_HEIGHT = 64
LEAD_MAX = 280
ABOUT_MAX = 200
_links: Any = LinkifyIt()  # type: ignore[no-untyped-call] # its author gave no types


def paragraphs(notes: str) -> list[str]:
    """Return the paragraphs of plain text."""
    parts = [part.strip() for part in notes.replace("\r\n", "\n").split("\n\n")]
    return [part for part in parts if part]


def lead(notes: str) -> str:
    """Return the first line of the notes, or its beginning."""
    first = notes.strip().split("\n", 1)[0].strip()
    return first if len(first) <= LEAD_MAX else f"{first[: LEAD_MAX - 1].rstrip()}…"


def linked(text: str) -> Markup:
    """Return text with its web addresses as links, everything escaped."""
    pieces, end = [], 0
    for match in _links.match(text) or ():
        if match.schema not in {"http:", "https:", ""}:
            continue
        pieces += [escape(text[end : match.index])]
        pieces += [
            Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(match.url, match.text)
        ]
        end = match.last_index
    return Markup().join((*pieces, escape(text[end:])))


def wave(bars: Sequence[int], *, most: int = 1_000) -> str:
    """Return the shape of a sound as an SVG path in a box of 1,000 by 64, of `most` bars or less.

    Of bars that share a place the loudest is drawn.
    """
    count = min(most, len(bars))
    step = 1_000 / max(1, count)
    drawn = []
    for number in range(count):
        first, last = number * len(bars) // count, (number + 1) * len(bars) // count
        height = max(bars[first:last]) / 100 * BARS_HEIGHT
        top = (BARS_HEIGHT - height) / 2
        drawn.append(f"M{(number + 0.5) * step:.1f} {top:.1f}v{height:.1f}")
    return "".join(drawn)


def flags(episode: Episode) -> list[float]:
    """Return where chapters begin in the picture of the sound, 0 to 1,000; not the very first."""
    length = max(1, episode.duration_ms)
    return [round(at / length * 1_000, 1) for at, _ in episode.own_chapters if at > 0]


def picture(episode: Episode, show: Show) -> LinkPicture:
    """Return what stands on the picture of an episode's link."""
    about = lead(episode.notes)[:ABOUT_MAX]
    return LinkPicture(show.title[:ABOUT_MAX], episode.title, about, episode.speaker_ids)


def duration(milliseconds: int) -> str:
    """Return a length as ISO 8601 writes it: PT1H4M5S."""
    seconds = max(0, round(milliseconds / 1_000))
    hours, rest = divmod(seconds, 3_600)
    minutes, seconds = divmod(rest, 60)
    pieces = (f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"PT{''.join(pieces) or '0S'}"


def structured(
    episode: Episode, show: Show, speakers: Sequence[str], *, url: str, media: str, image: str
) -> dict[str, Any]:
    """Return an episode as schema.org's PodcastEpisode; `url`, `media` and `image` are whole."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "PodcastEpisode",
        "url": url,
        "name": episode.title,
        "description": lead(episode.notes) or episode.title,
        "inLanguage": show.language,
        "duration": duration(episode.duration_ms),
        "image": image,
        "partOfSeries": series(show),
        "associatedMedia": {
            "@type": "AudioObject",
            "contentUrl": media,
            "encodingFormat": "audio/mpeg",
            "contentSize": str(episode.size_bytes),
            "duration": duration(episode.duration_ms),
        },
    }
    if episode.published_at is not None:
        said["datePublished"] = episode.published_at.isoformat()
    if speakers:
        said["actor"] = [{"@type": "Person", "name": name} for name in speakers]
    return said


def series(show: Show) -> dict[str, Any]:
    """Return a show as schema.org's PodcastSeries."""
    return {
        "@context": "https://schema.org",
        "@type": "PodcastSeries",
        "name": show.title,
        "description": show.description,
        "url": show.url,
        "webFeed": show.feed_url,
        "image": show.cover_url,
        "inLanguage": show.language,
    }
