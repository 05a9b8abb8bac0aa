"""The one JSON shape of each noun: in events, snapshots and answers alike.

Ids are strings, times ISO 8601 in UTC with milliseconds, sets sorted lists.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from salon.domain.accounts import (
    Account,
    Application,
    Community,
    Invitation,
    Passkey,
    Privacy,
    Session,
)
from salon.domain.attention import Choice
from salon.domain.audit import Entry
from salon.domain.captions import Caption
from salon.domain.channels import Category, Channel
from salon.domain.emoji import Emoji
from salon.domain.exports import Deletion, Export
from salon.domain.files import File
from salon.domain.link_cards import LinkCard
from salon.domain.mentions import NOBODY, Mentions
from salon.domain.messages import DeletedMessage, FormerText, Message
from salon.domain.permissions import Overwrite, Role
from salon.domain.reactions import Reaction
from salon.domain.rooms import Participant, Room, RoomBan
from salon.domain.sanctions import Sanction
from salon.domain.search import Piece
from salon.domain.tags import Tag


@lru_cache(maxsize=256)
def time(at: datetime) -> str:
    """Return the time as clients get it; a message says the same in its event and its answer."""
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def time_of_ms(ms: int) -> str:
    """Return what `time` says, of milliseconds since 1970; a page of messages asks fifty times."""
    minute, rest = divmod(ms, 60_000)
    second, thousandth = divmod(rest, 1_000)
    return _minute(minute) + _SECONDS[second] + _THOUSANDTHS[thousandth]


# Written once: to format two numbers costs more than all else that makes a time.
_SECONDS = [f"{second:02d}." for second in range(60)]
_THOUSANDTHS = [f"{thousandth:03d}Z" for thousandth in range(1_000)]


@lru_cache(maxsize=1_024)
def _minute(minutes: int) -> str:
    return datetime.fromtimestamp(minutes * 60, UTC).isoformat()[: len("2026-01-01T00:00:")]


def time_or_none(at: datetime | None) -> str | None:
    return None if at is None else time(at)


def id_or_none(id_: int | None) -> str | None:
    return None if id_ is None else str(id_)


def community(community: Community) -> dict[str, Any]:
    return {
        "id": str(community.id),
        "name": community.name,
        "accent_hue": community.accent_hue,
        "language": community.language,
        "rules": community.rules,
        "link_cards": community.link_cards,
        "public_rooms": community.public_rooms,
        "everyone_role_id": str(community.everyone_role_id),
        "icon_id": id_or_none(community.icon_id),
        "registration": community.registration.value,
        "rules_version": community.rules_version,
    }


def emoji(emoji: Emoji) -> dict[str, Any]:
    return {"id": str(emoji.id), "name": emoji.name, "moves": emoji.moves}


def tag(tag: Tag) -> dict[str, Any]:
    return {
        "id": str(tag.id),
        "name": tag.name,
        "is_hidden": tag.is_hidden,
        "merged_into_id": id_or_none(tag.merged_into_id),
    }


def account(account: Account) -> dict[str, Any]:
    return {
        "id": str(account.id),
        "kind": account.kind.value,
        "handle": account.handle,
        "display_name": account.display_name,
        "hue": account.hue,
        "role_ids": sorted(str(id_) for id_ in account.role_ids),
        "is_owner": account.is_owner,
        "state": account.state.value,
        "timed_out_until": time_or_none(account.timed_out_until),
        "avatar_id": id_or_none(account.avatar_id),
        "pronouns": account.pronouns,
        "status": account.status,
        "created_at": time(account.created_at),
        "guest_until": time_or_none(account.guest_until),
    }


def export(export: Export) -> dict[str, Any]:
    return {
        "asked_at": time(export.asked_at),
        "ready_at": time_or_none(export.ready_at),
        "expires_at": time_or_none(export.expires_at),
        "size_bytes": export.size_bytes,
        "is_awaited": export.is_awaited,
        "problem": export.problem,
    }


def deletion(deletion: Deletion) -> dict[str, Any]:
    return {
        "asked_at": time(deletion.asked_at),
        "due_at": time(deletion.due_at),
        "keeps_content": deletion.keeps_content,
    }


def session(session: Session, *, is_current: bool) -> dict[str, Any]:
    return {
        "id": str(session.id),
        "device": session.device,
        "created_at": time(session.created_at),
        "seen_at": time(session.seen_at),
        "is_current": is_current,
    }


def passkey(passkey: Passkey) -> dict[str, Any]:
    return {
        "id": str(passkey.id),
        "name": passkey.name,
        "is_synced": passkey.is_synced,
        "created_at": time(passkey.created_at),
        "used_at": time_or_none(passkey.used_at),
    }


def sanction(sanction: Sanction) -> dict[str, Any]:
    return {
        "id": str(sanction.id),
        "account_id": str(sanction.account_id),
        "kind": sanction.kind.value,
        "began_at": time(sanction.began_at),
        "until": time_or_none(sanction.until),
        "reason": sanction.reason,
        "by_account_id": id_or_none(sanction.by_account_id),
        "ended_at": time_or_none(sanction.ended_at),
        "ended_by_id": id_or_none(sanction.ended_by_id),
    }


def invitation(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": str(invitation.id),
        "code": invitation.code,
        "inviter_id": str(invitation.inviter_id),
        "created_at": time(invitation.created_at),
        "expires_at": time(invitation.expires_at),
        "uses": invitation.uses,
        "max_uses": invitation.max_uses,
        "note": invitation.note,
        "revoked": invitation.revoked,
        "role_ids": sorted(str(id_) for id_ in invitation.role_ids),
        "guest_days": invitation.guest_days,
    }


def application(application: Application) -> dict[str, Any]:
    return {
        "id": str(application.id),
        "handle": application.handle,
        "display_name": application.display_name,
        "reason": application.reason,
        "applied_at": time(application.applied_at),
    }


def audit_entry(entry: Entry) -> dict[str, Any]:
    said = entry.details
    return {
        "id": str(entry.id),
        "at": time(entry.at),
        "actor_id": id_or_none(entry.actor_id),
        "action": entry.action,
        "target": {"kind": entry.target_kind, "id": entry.target_id},
        "details": None
        if said is None
        else {
            "name": said.name,
            "before": said.before,
            "after": said.after,
            "reason": said.reason,
        },
    }


def role(role: Role) -> dict[str, Any]:
    return {
        "id": str(role.id),
        "name": role.name,
        "position": role.position,
        "permissions": sorted(role.permissions),
        "hue": role.hue,
        "mentionable": role.mentionable,
        "needs_second_step": role.needs_second_step,
    }


def overwrite(overwrite: Overwrite) -> dict[str, Any]:
    return {
        "target": overwrite.target,
        "target_id": str(overwrite.target_id),
        "allow": sorted(overwrite.allow),
        "deny": sorted(overwrite.deny),
    }


def category(category: Category) -> dict[str, Any]:
    return {
        "id": str(category.id),
        "name": category.name,
        "position": category.position,
        "overwrites": [overwrite(each) for each in category.overwrites],
    }


def channel(channel: Channel) -> dict[str, Any]:
    return {
        "id": str(channel.id),
        "slug": channel.slug,
        "name": channel.name,
        "topic": channel.topic,
        "category_id": id_or_none(channel.category_id),
        "position": channel.position,
        "room_id": id_or_none(channel.room_id),
        "last_message_id": id_or_none(channel.last_message_id),
        "overwrites": [overwrite(o) for o in channel.overwrites],
        "slow_mode_s": channel.slow_mode_s,
        "is_public": channel.is_public,
    }


def conversation(channel: Channel) -> dict[str, Any]:
    return {
        "id": str(channel.id),
        "kind": channel.kind.value,
        "name": channel.name,
        "member_ids": sorted(str(id_) for id_ in channel.member_ids),
        "last_message_id": id_or_none(channel.last_message_id),
    }


def thread(channel: Channel) -> dict[str, Any]:
    return {
        "id": str(channel.id),
        "parent_id": id_or_none(channel.parent_id),
        "name": channel.name,
        "started_by": id_or_none(channel.started_by),
        "archived": channel.archived,
        "message_count": channel.message_count,
        "last_message_id": id_or_none(channel.last_message_id),
    }


def privacy(privacy: Privacy) -> dict[str, Any]:
    return {
        "blocked": sorted(str(id_) for id_ in privacy.blocked),
        "first_messages": privacy.first_messages,
        "shows_presence": privacy.shows_presence,
        "shows_typing": privacy.shows_typing,
        "shows_name_outside": privacy.shows_name_outside,
    }


def room(room: Room) -> dict[str, Any]:
    return {
        "id": str(room.id),
        "slug": room.slug,
        "name": room.name,
        "topic": room.topic,
        "kind": room.kind,
        "category_id": id_or_none(room.category_id),
        "position": room.position,
        "seats": room.seats,
        "opened_by": str(room.opened_by),
        "temporary": room.temporary,
        "overwrites": [overwrite(o) for o in room.overwrites],
        "sound": room.sound,
        "is_locked": room.is_locked,
        "push_to_talk": room.push_to_talk,
        "tag_ids": [str(id_) for id_ in room.tag_ids],
        "has_link": room.link_key is not None,
        "to_be_recorded": room.to_be_recorded,
        "is_public": room.is_public,
        "pinned_url": room.pinned_url,
        "pinned_title": room.pinned_title,
    }


def caption(caption: Caption) -> dict[str, Any]:
    return {
        "account_id": str(caption.account_id),
        "text": caption.text,
        "language": caption.language,
        "is_final": caption.is_final,
        "translated_from": caption.translated_from,
    }


def room_ban(account_id: int, ban: RoomBan | None) -> dict[str, Any]:
    """Of whom nothing is known but that they are kept out, who changes exceptions said so."""
    return {
        "account_id": str(account_id),
        "by_account_id": None if ban is None else str(ban.by_account_id),
        "by_leader": ban is not None and ban.by_leader,
        "since": None if ban is None else time(ban.since),
        "until": None if ban is None else time_or_none(ban.until),
    }


def participant(participant: Participant) -> dict[str, Any]:
    return {
        "room_id": str(participant.room_id),
        "account_id": str(participant.account_id),
        "joined_at": time(participant.joined_at),
        "may_speak": participant.may_speak,
        "muted": participant.muted,
        "deafened": participant.deafened,
        "silenced": participant.silenced,
        "deafened_by_host": participant.deafened_by_host,
        "connected": participant.connected,
    }


def file(file: File) -> dict[str, Any]:
    return {
        "id": str(file.id),
        "name": file.name,
        "kind": file.kind.value,
        "media_type": file.media_type,
        "size_bytes": file.size_bytes,
        "width": file.width,
        "height": file.height,
        "moves": file.moves,
        "description": file.description,
    }


def plain_message(  # noqa: PLR0913, PLR0917 what a message is made of
    id_: int,
    channel_id: str,
    author_id: int,
    text: str,
    html: str,
    posted_at: str,
    nonce: str | None,
) -> dict[str, Any]:
    """Return a message that has only its words: most are so, and pages are made of them."""
    return {
        "id": str(id_),
        "channel_id": channel_id,
        "author_id": str(author_id),
        "text": text,
        "html": html,
        "posted_at": posted_at,
        "edited_at": None,
        "reply_to_id": None,
        "nonce": nonce,
        "shown_as": None,
        "kind": "text",
        "pinned_at": None,
        "files": [],
        "mentions": None,
    }


def message(message: Message) -> dict[str, Any]:
    plain = plain_message(
        message.id,
        str(message.channel_id),
        message.author_id,
        message.text,
        message.html,
        time(message.posted_at),
        message.nonce,
    )
    return plain | {
        "edited_at": time_or_none(message.edited_at),
        "reply_to_id": id_or_none(message.reply_to_id),
        "shown_as": message.shown_as,
        "kind": message.kind,
        "pinned_at": time_or_none(message.pinned_at),
        "files": [file(each) for each in message.files],
        "mentions": None if message.mentions == NOBODY else mentions(message.mentions),
    }


def level(channel_id: int, choice: Choice) -> dict[str, Any]:
    return {
        "channel_id": str(channel_id),
        "level": choice.level.value,
        "muted_until": time_or_none(choice.muted_until),
    }


def reaction(reaction: Reaction) -> dict[str, Any]:
    return {"emoji": reaction.emoji, "count": reaction.count, "mine": reaction.mine}


def mentions(mentions: Mentions) -> dict[str, Any]:
    return {
        "account_ids": [str(id_) for id_ in mentions.account_ids],
        "role_ids": [str(id_) for id_ in mentions.role_ids],
        "everyone": mentions.everyone,
        "here": mentions.here,
        "answered_id": id_or_none(mentions.answered_id),
    }


def former_text(former: FormerText) -> dict[str, Any]:
    return {
        "text": former.text,
        "written_at": time(former.written_at),
        "replaced_at": time(former.replaced_at),
    }


def deleted_message(deleted: DeletedMessage) -> dict[str, Any]:
    return {
        **message(deleted.message),
        "deleted_at": time(deleted.deleted_at),
        "deleted_by": id_or_none(deleted.deleted_by),
    }


def link_card(card: LinkCard) -> dict[str, Any]:
    return {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "site": card.site,
        "picture_id": id_or_none(card.picture_id),
    }


def piece(piece: Piece) -> dict[str, Any]:
    return {"text": piece.text, "is_hit": piece.is_hit}
