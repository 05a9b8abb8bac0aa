"""The community's own emoji: added, renamed and removed by who may, used by everybody.

A picture is handed in as a file first; adding puts it in place, removing takes it away. Texts and
reactions keep the id of one that is gone: a text shows its former name, a reaction that it is gone,
and everybody may take their own back.
"""

from collections.abc import Sequence
from dataclasses import replace

from salon.domain.accounts import Account
from salon.domain.audit import differences, target
from salon.domain.emoji import EMOJI_MAX, NAME, Emoji
from salon.domain.events import EmojiChanged, EmojiRemoved
from salon.domain.files import Purpose
from salon.errors import Conflict, Invalid, NotFound
from salon.services.access import Access
from salon.services.files import Files
from salon.services.limits import RateLimits
from salon.store import audit
from salon.store import emoji as stored
from salon.store import files as stored_files
from salon.store.base import CoreTransaction
from salon.store.store import Store

PERMISSION = "emoji.manage"
CHANGES_PER_MIN = 60  # everybody is told of each


class OwnEmoji:
    """Always for an actor; two changes at once are judged by what stands in the database."""

    def __init__(self, store: Store, access: Access, files: Files, rates: RateLimits) -> None:
        self._store = store
        self._access = access
        self._files = files
        self._rates = rates

    async def add(self, actor: Account, name: str, file_id: int) -> Emoji:
        """Make an emoji of a picture that was handed in for it.

        Raises Denied, Invalid (name), NotFound (file), Conflict (taken, too many), TooMany.
        """
        self._check_may(actor)
        clean = _name(name)

        def save(tx: CoreTransaction) -> Emoji:
            known = stored.load(tx.connection)
            _check_free(known, clean)
            if len(known) >= EMOJI_MAX:
                raise Conflict(
                    f"There are {EMOJI_MAX} emoji already.", reason="emoji_full", most=EMOJI_MAX
                )
            file = stored_files.claim(tx, file_id, actor.id, Purpose.EMOJI)
            made = Emoji(file.id, clean, file.moves)
            stored.save(tx, made)
            tx.announce(EmojiChanged(made))
            audit.record(tx, actor, "emoji.added", target("emoji", made))
            return made

        return await self._store.write(save)

    async def rename(self, actor: Account, emoji_id: int, name: str) -> Emoji:
        """Call one otherwise. Raises Denied, Invalid, NotFound, Conflict (taken), TooMany."""
        self._check_may(actor)
        clean = _name(name)

        def save(tx: CoreTransaction) -> Emoji:
            known = stored.load(tx.connection)
            before = _find(known, emoji_id)
            if before.name == clean:
                return before
            _check_free(known, clean)
            changed = replace(before, name=clean)
            stored.save(tx, changed)
            tx.announce(EmojiChanged(changed))
            what = differences(before, changed, "name")
            audit.record(tx, actor, "emoji.renamed", target("emoji", changed), changes=what)
            return changed

        return await self._store.write(save)

    async def remove(self, actor: Account, emoji_id: int) -> None:
        """Take one away, with its picture. Raises Denied, NotFound, TooMany."""
        self._check_may(actor)

        def take(tx: CoreTransaction) -> None:
            gone = _find(stored.load(tx.connection), emoji_id)
            stored.remove(tx, gone.id)
            stored_files.release(tx, gone.id)
            tx.announce(EmojiRemoved(gone.id))
            audit.record(tx, actor, "emoji.removed", target("emoji", gone))

        await self._store.write(take)
        self._files.look_soon()

    def _check_may(self, actor: Account) -> None:
        self._access.everywhere(actor, PERMISSION)
        self._rates.hit(
            "emoji",
            str(actor.id),
            times=CHANGES_PER_MIN,
            per_s=60,
            message="That is a lot of changes. Please wait a minute.",
        )


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise Invalid(
            "A name has 2 to 32 small letters, digits and underscores.",
            field="name",
            reason="emoji_name",
        )
    return text


def _check_free(known: Sequence[Emoji], name: str) -> None:
    if any(one.name == name for one in known):
        raise Conflict("There is an emoji with this name.", field="name", reason="emoji_taken")


def _find(known: Sequence[Emoji], emoji_id: int) -> Emoji:
    for one in known:
        if one.id == emoji_id:
            return one
    raise NotFound("There is no such emoji.", field="emoji", reason="no_emoji")
