"""Messages from Markdown to HTML, once, when they are written.

CommonMark without raw HTML, headings and pictures; bare links become links; then an allow-list.
"""

from functools import cache

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


@cache
def _parser() -> MarkdownIt:
    options = {"html": False, "linkify": True, "breaks": True, "maxNesting": NESTING_MAX}
    parser = MarkdownIt("commonmark", options)
    parser.enable(["linkify", "strikethrough"])
    return parser.disable(
        ["html_block", "html_inline", "heading", "lheading", "image", "reference"]
    )


def render(text: str) -> str:
    """Return HTML that is safe to insert."""
    html = _parser().render(text)
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
