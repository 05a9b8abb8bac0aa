"""What a link leads to, in a few words: taken from the head of a page, without running anything.

The page is a stranger's, so nothing in here can be made to look at the same letters many times:
every piece that is searched for has a limit, and the beginning of the page is enough.
"""

import html
import re
import unicodedata
from dataclasses import dataclass

from yarl import URL

HEAD_MAX_CHARACTERS = 131_072
LINKS_PER_MESSAGE = 3
URL_MAX_CHARACTERS = 2_048
TITLE_MAX = 200
DESCRIPTION_MAX = 400
SITE_MAX = 100

_LINK = re.compile(r'<a [^<>]*?href="(https?://[^"<>]{1,4000})"')
_SPOILER = 'class="spoiler"'
_UNWANTED = re.compile(r"<(https?://[^\s<>]{1,4000})>")  # as in Discord: a link without a card
_PICTURES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
_META = re.compile(r"<meta\s([^<>]{1,4096})>", re.IGNORECASE)
_TITLE = re.compile(r"<title(?:\s[^<>]{0,256})?>([^<]{1,2048})</title", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""([a-z:_-]{1,32})\s{0,8}=\s{0,8}(?:"([^"]{0,2048})"|'([^']{0,2048})'|([^\s"'<>]{1,256}))""",
    re.IGNORECASE,
)
_CHARSETS = re.compile(
    r"(?:utf-?8|iso-8859-\d{1,2}|windows-125\d|shift_jis|euc-(?:jp|kr)|gb\w{3,5}|big5)"
)


@dataclass(frozen=True, slots=True)
class LinkCard:
    """`url` is the link as it stands in the message; the picture is a file that is kept here."""

    url: str
    title: str
    description: str = ""
    site: str = ""
    picture_id: int | None = None


def links_in(text: str, rendered: str) -> tuple[str, ...]:
    """Return the links of a message that may have a card, the first three.

    Those in angle brackets have none, and a message with spoilers has no cards at all.
    """
    if _SPOILER in rendered:
        return ()
    unwanted = {_plain(link) for link in _UNWANTED.findall(text)}
    found = [_plain(html.unescape(link)) for link in _LINK.findall(rendered)]
    wanted = dict.fromkeys(link for link in found if link and link not in unwanted)
    return tuple(wanted)[:LINKS_PER_MESSAGE]


def _plain(link: str) -> str:
    """Return an address without what only the browser would use; nothing for an unusable one."""
    try:
        url = str(URL(link).with_fragment(None))
    except ValueError:
        return ""
    return url if len(url) <= URL_MAX_CHARACTERS else ""


def card_of(url: str, content: bytes, charset: str | None) -> LinkCard | None:
    """Return what the head of a page says of it, or None when that is nothing."""
    head = _head(content, charset)
    said = _said(head)
    found = _TITLE.search(head)
    title = said.get("og:title") or said.get("twitter:title") or (found[1] if found else "")
    description = said.get("og:description") or said.get("description") or ""
    clean = _line(title, TITLE_MAX)
    if not clean:
        return None
    site = _line(said.get("og:site_name", ""), SITE_MAX)
    return LinkCard(url, clean, _line(description, DESCRIPTION_MAX), site)


def picture_of(at: str, content: bytes, charset: str | None) -> str:
    """Return where a page that stands there says that its picture is, or nothing."""
    said = _said(_head(content, charset))
    named = next((said[name] for name in _PICTURES if said.get(name, "").strip()), "")
    try:
        url = URL(at).join(URL(html.unescape(named).strip())) if named else URL()
    except ValueError:
        return ""
    is_usable = url.scheme in {"http", "https"} and len(str(url)) <= URL_MAX_CHARACTERS
    return str(url) if is_usable else ""


def _head(content: bytes, charset: str | None) -> str:
    named = (charset or "utf-8").lower()
    codec = named if _CHARSETS.fullmatch(named) else "utf-8"
    try:
        page = content[: 4 * HEAD_MAX_CHARACTERS].decode(codec, "replace")
    except LookupError:
        page = content[: 4 * HEAD_MAX_CHARACTERS].decode("utf-8", "replace")
    return page[:HEAD_MAX_CHARACTERS]


def _said(head: str) -> dict[str, str]:
    """Return what the page says of itself, the first of each name."""
    said: dict[str, str] = {}
    for meta in _META.finditer(head):
        facts = {name.lower(): "".join(quoted) for name, *quoted in _ATTRIBUTE.findall(meta[1])}
        name = facts.get("property") or facts.get("name") or ""
        said.setdefault(name.lower(), facts.get("content", ""))
    return said


def _line(text: str, most: int) -> str:
    """Return one line without controls and marks that turn text around, cut to a length."""
    clean = " ".join(html.unescape(text).split())
    clean = "".join(c for c in clean if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    return clean if len(clean) <= most else f"{clean[: most - 1].rstrip()}…"
