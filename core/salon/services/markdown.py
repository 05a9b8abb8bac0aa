"""Messages from Markdown to HTML, once, when they are written.

CommonMark without raw HTML, headings and pictures; bare links become links; then an allow-list.
"""

import asyncio
import re
import threading

import nh3
from markdown_it import MarkdownIt

TAGS = frozenset(
    {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "strong", "ul"}
)
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "code": {"class"}}
SCHEMES = frozenset({"http", "https", "mailto"})
REL = "noopener noreferrer nofollow ugc"
NESTING_MAX = 20
CLASS_MAX = 40
SHORT_CHARACTERS = 400  # the worst text of this length takes a few milliseconds


class _Parsers(threading.local):
    """One parser per thread: the finder of links keeps what it looks at in itself."""

    def __init__(self) -> None:
        options = {"html": False, "linkify": True, "breaks": True, "maxNesting": NESTING_MAX}
        parser = MarkdownIt("commonmark", options)
        parser.enable(["linkify", "strikethrough"])
        self.parser = parser.disable(
            ["html_block", "html_inline", "heading", "lheading", "image", "reference"]
        )


_parsers = _Parsers()


# One line of words and plain punctuation, which Markdown leaves as it is: most of what people
# write. A dot inside a word could be a link, a digit in front a list.
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[,;?!()\u2019…—-]| (?! |$)|\.(?= |$))*")


async def rendered(text: str) -> str:
    """Return HTML that is safe to insert, without holding up the loop for a long text."""
    if len(text) <= SHORT_CHARACTERS:
        return render(text)
    return await asyncio.to_thread(render, text)


def render(text: str) -> str:
    """Return HTML that is safe to insert. Four thousand brackets take it 100 ms."""
    if _PLAIN.fullmatch(text):
        return f"<p>{text}</p>"
    return render_in_full(text)


def render_in_full(text: str) -> str:
    """Parse and sanitise; `render` does so for everything that is not plain."""
    html = _parsers.parser.render(text)
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes=set(SCHEMES),
        link_rel=REL,
        attribute_filter=_only_language_classes,
    ).strip()


def _only_language_classes(tag: str, attribute: str, value: str) -> str | None:
    if tag == "code" and attribute == "class":
        return value if value.startswith("language-") and len(value) <= CLASS_MAX else None
    return value
