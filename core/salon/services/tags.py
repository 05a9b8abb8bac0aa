"""Tags of rooms and events: named by who opens one, followed by who likes, kept by those in charge.

A tag is made by being named. Two spellings of one name are one tag, a tag that was merged into
another is that one from then on, and one that is hidden is named by nobody. Rooms and events keep
the ids they were given: what those mean now is looked up when they are shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from salon.clock import Clock
from salon.domain.accounts import Account
from salon.domain.audit import differences, target
from salon.domain.events import TagChanged, TagFollowed
from salon.domain.tags import AT_ONE_MAX, KEY_MAX, NAME_MAX, SHOWN_MAX, Tag, key_of
from salon.errors import Conflict, Invalid, NotFound
from salon.services import texts
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.limits import Paces
from salon.store import audit
from salon.store import tags as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

KEEPS = "channel.manage"
NEW_BURST, NEW_PER_S = 6, 1 / 300  # of somebody who does not keep the list: everybody is told
FOLLOW_BURST, FOLLOW_PER_S = 60, 1.0


@dataclass(frozen=True, slots=True)
class Tags:
    """What somebody is shown: the tags, and which of them they follow."""

    tags: Sequence[Tag]
    followed: Collection[int]


class TagKeeping:
    """Always for an actor; two changes at once are judged by what stands in the database."""

    def __init__(self, store: Store, access: Access, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._clock = clock
        self._news = Paces(NEW_BURST, NEW_PER_S)
        self._follows = Paces(FOLLOW_BURST, FOLLOW_PER_S)

    async def list(self, actor: Account) -> Tags:
        """Return those that are shown; to who keeps them, the hidden ones too."""
        keeps = self._directory.may(actor, KEEPS)
        known = sorted(self._directory.tags.values(), key=lambda tag: (tag.key, tag.id))
        followed = await self._store.read(lambda c: stored.followed_by(c, actor.id))
        return Tags([tag for tag in known if keeps or not tag.is_hidden], followed)

    # -- what something is about

    def wanted(self, actor: Account | None, names: Sequence[str]) -> Sequence[str]:
        """Return names as they are kept, each once. Raises Invalid, TooMany (new ones)."""
        if len(names) > AT_ONE_MAX:
            raise _too_many()
        clean = {key_of(name): name for name in map(_name, names)}
        known = {tag.key for tag in self._directory.tags.values()}
        if actor is not None and not self._directory.may(actor, KEEPS):
            for _new in clean.keys() - known:
                message = "You have thought of many topics just now."
                self._news.take(actor.id, self._clock.monotonic_s(), message=message)
        return tuple(clean.values())

    def keep(self, tx: CoreTransaction, names: Sequence[str]) -> tuple[int, ...]:
        """Return the tags of these names, which `wanted` made; new ones are made.

        Raises Invalid (hidden), Conflict (too many).
        """
        known = {tag.key: tag for tag in stored.load(tx.connection)} if names else {}
        by_id = {tag.id: tag for tag in known.values()}
        found: list[int] = []
        for name in names:
            tag = known.get(key_of(name))
            if tag is None:
                _check_number(known.values())
                tag = known[key_of(name)] = Tag(tx.new_id(), name)
                stored.save(tx, tag)
                tx.announce(TagChanged(tag))
            tag = by_id.get(tag.merged_into_id or 0, tag)
            if tag.is_hidden:
                raise Invalid("This topic is not used here.", field="tags", reason="tag_hidden")
            found.append(tag.id)
        return tuple(dict.fromkeys(found))

    async def named(self, actor: Account, names: Sequence[str]) -> tuple[int, ...]:
        """Return the tags of these names, as `keep`, for what is kept elsewhere."""
        clean = self.wanted(actor, names)
        if not clean:
            return ()
        return await self._store.write(lambda tx: self.keep(tx, clean))

    def shown(self, tag_ids: Collection[int]) -> Sequence[Tag]:
        """Return what these ids stand for now, each once, without what is hidden or gone."""
        known = self._directory.tags
        found = (known.get(id_) for id_ in tag_ids)
        meant = (known.get(tag.merged_into_id or 0, tag) for tag in found if tag is not None)
        return tuple({tag.id: tag for tag in meant if tag.is_shown}.values())

    # -- following

    async def follow(self, actor: Account, tag_id: int, *, follows: bool) -> None:
        """Be told of rooms of a tag, or no more. Twice is once. Raises NotFound, TooMany."""
        message = "That is a lot of changes. Please wait a moment."
        self._follows.take(actor.id, self._clock.monotonic_s(), message=message)

        def save(tx: CoreTransaction) -> None:
            tag = _find(stored.load(tx.connection), tag_id)
            if follows and not tag.is_shown:
                raise _not_there()
            stored.follow(tx, actor.id, tag_id, follows=follows)
            tx.announce(TagFollowed(actor.id, tag_id, follows))

        await self._store.write(save)

    # -- keeping the list

    async def edit(
        self, actor: Account, tag_id: int, *, name: str | None = None, is_hidden: bool | None = None
    ) -> Tag:
        """Call a tag otherwise, hide it or show it again.

        Raises Denied, Invalid (name), NotFound, Conflict (taken, too many).
        """
        self._access.everywhere(actor, KEEPS)
        clean = None if name is None else _name(name)

        def save(tx: CoreTransaction) -> Tag:
            known = stored.load(tx.connection)
            before = _find(known, tag_id)
            if before.merged_into_id is not None:
                raise _not_there()
            changed = replace(
                before,
                name=before.name if clean is None else clean,
                is_hidden=before.is_hidden if is_hidden is None else is_hidden,
            )
            if any(tag.key == changed.key and tag.id != tag_id for tag in known):
                raise Conflict("There is a topic with this name.", field="name", reason="tag_taken")
            if changed.is_shown and not before.is_shown:
                _check_number(known)
            stored.save(tx, changed)
            tx.announce(TagChanged(changed))
            what = differences(before, changed, "name", "is_hidden")
            audit.record(tx, actor, "tag.changed", target("tag", changed), changes=what)
            return changed

        return await self._store.write(save)

    async def merge(self, actor: Account, tag_id: int, into_id: int) -> None:
        """Make one tag of two, with the name of the other; who followed one follows both.

        Raises Denied, NotFound, Invalid (into itself).
        """
        self._access.everywhere(actor, KEEPS)
        if tag_id == into_id:
            raise Invalid("This is the same topic.", field="into", reason="tag_same")

        def save(tx: CoreTransaction) -> None:
            known = stored.load(tx.connection)
            gone, into = _find(known, tag_id), _find(known, into_id)
            if gone.merged_into_id is not None or into.merged_into_id is not None:
                raise _not_there()
            merged = replace(gone, merged_into_id=into_id)
            stored.merge(tx, tag_id, into_id)
            stored.save(tx, merged)
            tx.announce(TagChanged(merged))
            for tag in known:
                if tag.merged_into_id == tag_id:
                    tx.announce(TagChanged(replace(tag, merged_into_id=into_id)))
            audit.record(
                tx, actor, "tag.merged", target("tag", gone), changes=({}, {"into": into.name})
            )

        await self._store.write(save)


def _name(text: str) -> str:
    name = texts.line(text.strip().lstrip("#"), field="tags", at_most=NAME_MAX)
    if "," in name or len(key_of(name)) > KEY_MAX:
        raise Invalid("A topic is a word or two, without commas.", field="tags", reason="tag_name")
    return name


def _find(known: Sequence[Tag], tag_id: int) -> Tag:
    for tag in known:
        if tag.id == tag_id:
            return tag
    raise _not_there()


def _not_there() -> NotFound:
    return NotFound("There is no such topic.", field="tag", reason="no_tag")


def _too_many() -> Invalid:
    return Invalid(
        f"At most {AT_ONE_MAX} topics, please.", field="tags", reason="tags_many", most=AT_ONE_MAX
    )


def _check_number(known: Collection[Tag]) -> None:
    if sum(tag.is_shown for tag in known) >= SHOWN_MAX:
        raise Conflict(
            f"There are {SHOWN_MAX} topics already. Take one of them.",
            field="tags",
            reason="tags_full",
            most=SHOWN_MAX,
        )
