"""What a rendered message says, without how: for one line of it, a hit of the search, a notice.

It reads what `markdown` has made, and nothing else: its few elements, no `<` or `>` but theirs.
What comes out is text and no HTML; whoever shows it, shows it as text.
"""

import re
from collections.abc import Callable
from html import unescape

COVER = "▮▮▮"  # stands for hidden words, however many

_TAG = re.compile(r"<(/?)(\w+)([^<>]*)>")
_NAMED = re.compile(r'data-(account|role|channel)="(\d{1,20})"')
_ENDS_LINE = frozenset({"p", "li", "pre", "blockquote", "br", "hr"})


def plain_words(html: str, name: Callable[[str, int], str]) -> str:
    """Return the words of a message, a line for each of its own.

    `name` says how an "account", "role" or "channel" is called, with its sign.
    """
    said: list[str] = []
    spans: list[bool] = []  # those that are open: whether their words were said, or are not to be
    at = 0
    for tag in _TAG.finditer(html):
        if not any(spans):
            said.append(unescape(html[at : tag.start()]))
        at = tag.end()
        is_end, element, attributes = tag.groups()
        if element == "span" and is_end:
            spans.pop()
        elif element == "span":
            instead = _instead(attributes, name)
            if instead is not None and not any(spans):
                said.append(instead)
            spans.append(instead is not None)
        elif element in _ENDS_LINE and not any(spans):
            said.append("\n")
    said.append(unescape(html[at:]))
    lines = (line.strip() for line in "".join(said).split("\n"))
    return "\n".join(line for line in lines if line)


def _instead(attributes: str, name: Callable[[str, int], str]) -> str | None:
    """Return what is said for a span, or None for its own words."""
    if 'class="spoiler"' in attributes:
        return COVER
    named = _NAMED.search(attributes)
    return None if named is None else name(named[1], int(named[2]))
