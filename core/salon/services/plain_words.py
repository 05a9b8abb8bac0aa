"""What a rendered message says, without how: for one line of it, a hit of the search, a notice.

It reads what `markdown` has made, and nothing else: its few elements, no `<` or `>` but theirs.
What comes out is text and no HTML; whoever shows it, shows it as text.
"""

import re
from collections.abc import Callable
from functools import partial
from html import unescape

from salon.domain.accounts import Account
from salon.domain.messages import Message
from salon.services.access import Access
from salon.services.directory import Directory

COVER = "▒▒▒"  # stands for hidden words, however many

_TAG = re.compile(r"<(/?)(\w+)\b([^<>]*)>")
_NAMED = re.compile(r'data-(account|role|channel)="(\d{1,20})"')
_ENDS_LINE = frozenset({"p", "li", "pre", "blockquote", "br", "hr"})


class PlainWords:
    """Says them to a reader: people, roles and channels by their names, as the reader sees them."""

    def __init__(self, access: Access, directory: Directory) -> None:
        self._access = access
        self._directory = directory

    def of(self, message: Message, reader: Account | None) -> str:
        return plain_words(message.html, partial(self._name, reader))

    def _name(self, reader: Account | None, kind: str, id_: int) -> str:
        if kind == "channel":
            channel = self._directory.channel(id_)
            is_told = reader is not None and self._access.may_view(reader, id_)
            return f"#{channel.name}" if channel is not None and is_told else "#…"
        if kind == "role":
            role = self._directory.roles.get(id_)
            return "@…" if role is None else f"@{role.name}"
        account = self._directory.account(id_)
        return "@…" if account is None else f"@{account.display_name}"


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
