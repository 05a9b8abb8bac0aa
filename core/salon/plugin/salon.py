"""`Salon`: what a plugin may ask of the server.

A plugin sees these protocols only; `services/facade` implements them, one instance per plugin,
so that names are prefixed, faults counted and a plugin cannot act in another one's name. All
methods raise SalonError children (see salon.plugin) for what can be refused.
"""

from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from salon.clock import Clock
from salon.domain.accounts import Account, Community
from salon.domain.channels import Category, Channel
from salon.domain.events import Scope
from salon.domain.link_pictures import LinkPicture
from salon.domain.messages import Message
from salon.domain.permissions import Role
from salon.domain.push import News
from salon.domain.sanctions import Sanction, SanctionKind
from salon.domain.tags import Tag
from salon.files.objects import Objects
from salon.plugin.keeping import Database, Jobs, KeyValues
from salon.plugin.rooms import Rooms


class Salon(Protocol):
    """The server, as one plugin may use it."""

    @property
    def accounts(self) -> "Accounts":
        """People and bots."""

    @property
    def audit(self) -> "Audit":
        """The record of deeds."""

    @property
    def channels(self) -> "Channels":
        """Text channels."""

    @property
    def messages(self) -> "Messages":
        """Messages, always for somebody."""

    @property
    def rooms(self) -> Rooms:
        """Voice rooms."""

    @property
    def tags(self) -> "Tags":
        """What rooms and events are about."""

    @property
    def link_pictures(self) -> "LinkPictures":
        """Pictures that go along with links to the plugin's pages."""

    @property
    def db(self) -> Database:
        """The plugin's own tables."""

    @property
    def kv(self) -> KeyValues:
        """Small values."""

    @property
    def jobs(self) -> Jobs:
        """Background work."""

    @property
    def objects(self) -> Objects | None:
        """The plugin's folder in object storage; None where the keeper has configured none."""

    @property
    def clock(self) -> Clock:
        """The server's time."""

    @property
    def community(self) -> Community:
        """The community as it is now."""

    @property
    def base_url(self) -> str:
        """Where people reach the server, without a slash at the end."""

    @property
    def data_directory(self) -> Path:
        """The plugin's own folder (mode 0700), made at first use; purged with the plugin."""

    def new_id(self) -> int:
        """Return a fresh id, sorted by time."""

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run a task until it ends or the server stops (then it has 5 s). A death is counted."""

    def spawn_forever(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        """Like spawn, and started again with growing pauses when it dies."""

    async def announce(
        self, name: str, scope: Scope, body: dict[str, Any], *, by: Account | None = None
    ) -> None:
        """Tell clients `<plugin>.<name>` now; ephemeral. Durable ones go through `db.write`.

        `by`: who asks for the attention of one person (`Only`); whom that one blocks is not told.
        """

    async def render(self, template: str, **facts: Any) -> str:
        """Render a template of the plugin ("moderation/cases.html"), autoescaped."""

    def asset(self, source: str) -> str:
        """Return the hashed address of a bundled client file or a static file."""


class Accounts(Protocol):
    """People and bots."""

    def get(self, account_id: int) -> Account | None:
        """Return the account as it is now, or None."""

    def by_handle(self, handle: str) -> Account | None:
        """Return the account with this handle, in any case of letters, or None."""

    def all(self) -> Sequence[Account]:
        """Return all that are not deleted, by id."""

    def may(self, account: Account, permission: str, place_id: int | None = None) -> bool:
        """Whether the account holds a permission now, everywhere or at a channel or room.

        Raises NotFound where there is no such place.
        """

    def roles(self) -> Sequence[Role]:
        """Return all roles, the highest first; everyone's is the last."""

    async def create_bot(self, handle: str, display_name: str) -> Account:
        """Make an account of kind "bot". Raises Invalid, Conflict (handle taken)."""

    async def remove_bot(self, account_id: int) -> None:
        """End a bot's account and free its handle; what it wrote stays. Raises NotFound."""

    def show_here(self, bot_ids: Collection[int]) -> None:
        """Show these bots as here, and all others of the plugin as away: it has their lines.

        People are left out. Told at most once a second; a plugin shows none in `shutdown`.
        """

    async def impose(
        self,
        account_id: int,
        kind: SanctionKind,
        *,
        by: Account | None,
        until: datetime | None = None,
        reason: str = "",
        take_back: timedelta = timedelta(0),
    ) -> Account:
        """Put in time out, send away, suspend or ban; core state, in place of the one before.

        `until` None: until it is lifted; a time out has a time, a kick has none. `take_back`:
        a ban deletes what was written in so long a time before it, 7 days at most.
        Raises NotFound, Invalid, Denied (the owner, or somebody of the actor's rank or above).
        """

    async def lift(self, account_id: int, kind: SanctionKind, *, by: Account | None) -> Account:
        """End what holds of this kind. Raises NotFound, Denied."""

    async def sanctions(
        self,
        by: Account,
        *,
        kind: SanctionKind,
        account_id: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Sanction]:
        """Return what holds of a kind, the newest first, those before an id. Raises Denied."""

    async def push(self, account_id: int, news: News, *, by: Account | None = None) -> None:
        """Tell somebody at their devices that take pushes, who asked to be told. Raises Invalid.

        `by`: who asks for their attention; if they block that person, nothing is told.

        Quiet hours hold, and devices that are not to be disturbed. When very many wait it is left
        out: what must not be lost is shown in the page as well.
        """

    async def end_sessions(self, account_id: int) -> None:
        """Sign the account out everywhere, sockets and voice included, within a second."""


class Audit(Protocol):
    """The record of deeds, which hosts read and nobody changes."""

    async def record(
        self, actor: Account | None, action: str, *, kind: str, target_id: str, name: str
    ) -> None:
        """Record that somebody did `<plugin>.<action>` with a thing of a kind, or the plugin did.

        `name` is what it is called at this moment. Raises Invalid.
        """


class Channels(Protocol):
    """Text channels. Conversations between people are for plugins that declare it, see Plugin."""

    def get(self, channel_id: int) -> Channel | None:
        """Return the channel, thread or conversation as it is now, or None.

        A thread that was put away has no name here, unless somebody looked at it just now.
        """

    def visible_to(self, account: Account) -> Sequence[Channel]:
        """Return the channels the account may view now, in order."""

    def threads_for(self, account: Account) -> Sequence[Channel]:
        """Return the open threads that the account may view now, the last spoken in first."""

    def categories(self) -> Sequence[Category]:
        """Return the headings that order channels and rooms, in order."""

    async def create(self, name: str, *, topic: str = "", actor: Account) -> Channel:
        """Make a channel. Raises Invalid, Denied."""


class Messages(Protocol):
    """Messages, always for somebody."""

    async def post(
        self,
        channel_id: int,
        text: str,
        *,
        as_account: Account,
        reply_to_id: int | None = None,
        shown_as: str | None = None,
        nonce: str | None = None,
    ) -> Message:
        """Post like that account would; hooks are asked. Raises NotFound, Denied, Invalid."""

    async def edit(self, message_id: int, text: str, *, as_account: Account) -> Message:
        """Change one's own message. Raises NotFound, Denied, Invalid."""

    async def delete(self, message_id: int, *, as_account: Account) -> None:
        """Delete one's own message, or another's with `message.manage`."""

    async def get(self, message_id: int, *, actor: Account) -> Message:
        """Return a message the actor may read. Raises NotFound."""

    async def history(
        self,
        channel_id: int,
        *,
        actor: Account,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Sequence[Message]:
        """Return a page, oldest first. Raises NotFound."""

    async def typing(self, channel_id: int, *, as_account: Account) -> None:
        """Show that the account is writing. Raises NotFound, Denied."""


class Tags(Protocol):
    """What rooms and events are about, in a word or two; people read "topic" and follow them."""

    async def named(self, names: Sequence[str], *, actor: Account) -> Sequence[int]:
        """Return the ids of tags by their names, at most three; new names make new tags.

        Keep the ids: a tag may be called otherwise later, or become another.
        Raises Invalid, Conflict, TooMany.
        """

    def shown(self, tag_ids: Sequence[int]) -> Sequence[Tag]:
        """Return what these ids stand for now; what is hidden or gone is left out."""


class LinkPictures(Protocol):
    """PNG of 1200 by 630 pixels in the community's colour, for pages that everybody may read."""

    def address(self, picture: LinkPicture) -> str:
        """Return 16 letters that change with what is on it, for its address. Raises Invalid."""

    async def png(self, picture: LinkPicture) -> bytes:
        """Return the picture, drawn or kept. Raises Invalid, Unavailable when many wait."""
