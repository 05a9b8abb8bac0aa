"""From what people type to whom a message names, and who of them is told; and to its emoji.

Typed is `@handle`, `@role-name`, `#channel`, `:emoji:`; kept is the id (domain/mentions.py and
emoji.py). A name that is nobody's stays the words it is. Whoever may not see the channel is named
all the same and not told; everyone, here and roles that are not mentionable are told only by those
who may name them. Who blocks the author stands among those named, since nobody else may know: what
tells people (`domain/attention.py`) passes over them.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from salon.domain.accounts import Account
from salon.domain.channels import Channel
from salon.domain.emoji import NAME
from salon.domain.mentions import Mentions, Named
from salon.domain.permissions import VIEW, Role
from salon.services.directory import Directory

NAME_ALL = "mention.everyone"
PRESENT_MAX = 1_000  # who are told by `here`: each is a row of its own

_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_TYPED = re.compile(r"(?<![\w/@<&#])([@#])([\w][\w.\-]*)")
_TYPED_EMOJI = re.compile(rf"(?<![\w/<]):({NAME.pattern}):(?!\w)")
_WORDS = re.compile(r"[^\w]+")


class MentionRules:
    """Knows people, roles and places by name; judges by what they are now."""

    def __init__(self, directory: Directory, here: Callable[[], Collection[int]]) -> None:
        self._directory = directory
        self._here = here

    def written(self, text: str, author: Account) -> str:
        """Return the text with ids for what was typed, except in code."""
        if not any(sign in text for sign in "@#:"):
            return text
        roles = {role_word(role): role for role in self._directory.roles.values()}
        slugs = {
            channel.slug: channel.id
            for channel in self._directory.channels.values()
            if self._directory.may(author, VIEW, channel.id)
        }
        pieces = _CODE.split(text)  # every second one is code
        pieces[::2] = [
            _TYPED.sub(lambda found: self._one(found, roles, slugs), self._with_emoji(piece))
            for piece in pieces[::2]
        ]
        return "".join(pieces)

    def _with_emoji(self, text: str) -> str:
        known = {f":{one.name}:": one.written for one in self._directory.emoji.values()}
        return _TYPED_EMOJI.sub(lambda found: known.get(found[0], found[0]), text)

    def _one(
        self, found: re.Match[str], roles: Mapping[str, Role], slugs: Mapping[str, int]
    ) -> str:
        sign, typed = found[1], found[2]
        shorter = typed.rstrip(".-_")
        for name in dict.fromkeys((typed, shorter)):
            known = self._id(sign, name, roles, slugs)
            if known is not None:
                return f"<{known}>{typed[len(name) :]}"
        return found[0]

    def _id(
        self, sign: str, name: str, roles: Mapping[str, Role], slugs: Mapping[str, int]
    ) -> str | None:
        if sign == "#":
            return f"#{slugs[name]}" if name in slugs else None
        account = self._directory.by_handle(name)
        if account is not None:
            return f"@{account.id}"
        role = roles.get(name.casefold())
        if role is None or role.id == self._directory.community.everyone_role_id:
            return None
        return f"@&{role.id}"

    def judged(self, named: Named, author: Account, channel: Channel) -> Mentions:
        """Return who of those named are told."""
        may_name_all = self.may_name_all(author, channel)
        accounts = map(self._directory.account, named.account_ids)
        roles = map(self._directory.roles.get, named.role_ids)
        return Mentions(
            tuple(a.id for a in accounts if a and self._may_see(a, channel)),
            tuple(role.id for role in roles if role and (role.mentionable or may_name_all)),
            everyone=may_name_all and "everyone" in named.all,
            here=may_name_all and "here" in named.all,
        )

    def may_name_all(self, author: Account, channel: Channel) -> bool:
        return self._directory.may(author, NAME_ALL, channel.id)

    def present(self, author: Account, channel: Channel) -> Sequence[int]:
        """Return who is told by `here`: those who are, and may see the channel."""
        accounts = map(self._directory.account, sorted(self._here()))
        told = [a.id for a in accounts if a and a != author and self._may_see(a, channel)]
        return told[:PRESENT_MAX]

    def _may_see(self, account: Account, channel: Channel) -> bool:
        return self._directory.may(account, VIEW, channel.id)


def role_word(role: Role) -> str:
    """Return what is typed for a role: its name in small letters, with dashes."""
    return _WORDS.sub("-", role.name.casefold()).strip("-")
