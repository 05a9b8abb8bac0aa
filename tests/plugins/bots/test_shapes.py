"""Each object has the keys without which a library raises; what must not be null is not."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.plugins.bots.clients import Line, Registered, Rest

from salon.domain.events import RoleChanged, RoleDeleted
from salon.domain.permissions import CORE_PERMISSIONS, Role
from salon.store import community as stored
from salon.testing import Person, Server
from salon_bots.bits import PERMISSION_BITS
from salon_bots.plugin import BotsPlugin

pytestmark = pytest.mark.plugin.with_args(BotsPlugin)

Open = Callable[..., Awaitable[Line]]

# What has to be there; with "?" it may be null.
REQUIRED = {
    "user": "id username discriminator global_name? avatar? bot public_flags",
    "member": "user roles joined_at flags nick? avatar?",
    "role": "id name color colors hoist position permissions managed mentionable flags icon?",
    "channel": "id type guild_id name position permission_overwrites flags parent_id?",
    "text": "topic?",
    "voice": "bitrate user_limit rtc_region?",
    "message": (
        "id channel_id author content timestamp edited_timestamp? tts mention_everyone mentions "
        "mention_roles attachments embeds pinned type flags components guild_id"
    ),
    "guild": (
        "id name owner_id roles emojis stickers features afk_timeout verification_level "
        "default_message_notifications explicit_content_filter mfa_level nsfw_level premium_tier "
        "preferred_locale system_channel_flags icon? splash? banner? description? "
        "afk_channel_id? application_id? system_channel_id? rules_channel_id? "
        "public_updates_channel_id? vanity_url_code?"
    ),
    "guild_create": (
        "joined_at large unavailable member_count members channels threads voice_states "
        "presences stage_instances guild_scheduled_events soundboard_sounds"
    ),
    "ready": "v user guilds session_id resume_gateway_url application session_type",
    "application": (
        "id name icon? description summary bot_public bot_require_code_grant verify_key owner "
        "team? flags rpc_origins tags redirect_uris integration_types_config bot "
        "approximate_guild_count approximate_user_install_count"
    ),
    "typing": "channel_id guild_id user_id timestamp member",
    "deleted": "id channel_id guild_id",
}


def has(kind: str, told: dict[str, Any]) -> None:
    for word in REQUIRED[kind].split():
        key = word.rstrip("?")
        assert key in told, f"{kind} has no {key}"
        assert word.endswith("?") or told[key] is not None, f"{key} of {kind} is null"


# For what Discord has no permission.
WITHOUT_BITS = {"member.manage", "member.suspend", "room.open", "room.publish"}


def test_each_permission_has_bits_of_its_own() -> None:
    assert set(CORE_PERMISSIONS) - set(PERMISSION_BITS) == WITHOUT_BITS
    given = [bit for bits in PERMISSION_BITS.values() for bit in range(64) if bits >> bit & 1]
    assert len(given) == len(set(given))


async def test_a_session_begins_with_whole_objects(open_line: Open, bot: Registered) -> None:
    line = await open_line()
    ready = await line.identify(bot.token)
    has("ready", ready)
    has("user", ready["user"])
    guild = await line.expect("GUILD_CREATE")
    has("guild", guild)
    has("guild_create", guild)
    for role in guild["roles"]:
        has("role", role)
        assert role["permissions"].isdigit()
    for member in guild["members"]:
        has("member", member)
        has("user", member["user"])
    for channel in guild["channels"]:
        has("channel", channel)
        has({0: "text", 2: "voice", 4: "channel"}[channel["type"]], channel)


async def test_events_carry_whole_objects(open_line: Open, bot: Registered, alice: Person) -> None:
    line = await open_line()
    await line.identify(bot.token)
    first = await alice.post("#general", "one")
    posted = await line.expect("MESSAGE_CREATE")
    has("message", posted)
    has("user", posted["author"])
    assert "user" not in posted["member"]
    await alice.post("#general", "two", reply_to=first["id"])
    reply = await line.expect("MESSAGE_CREATE")
    has("message", reply["referenced_message"] | {"guild_id": "1"})
    await alice.command("message.delete", message=first["id"])
    has("deleted", await line.expect("MESSAGE_DELETE"))
    await alice.command("typing.start", channel=alice.channel("#general"))
    typing = await line.expect("TYPING_START")
    has("typing", typing)
    has("member", typing["member"])


async def test_an_application_is_whole(rest: Rest) -> None:
    _, application = await rest.ask("GET", "/applications/@me")
    has("application", application)
    assert "install_params" not in application


async def test_roles_and_the_name_of_the_community_follow(
    open_line: Open, bot: Registered, owner: Person, server: Server
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    guild = await line.expect("GUILD_CREATE")
    await owner.command("community.edit", name="Les Voisines")
    assert (await line.expect("GUILD_UPDATE"))["name"] == "Les Voisines"
    role = Role(server.app.directory.community.id + 9_999, "Bards", 2, frozenset({"message.post"}))
    for changed, event in (
        (role, "GUILD_ROLE_CREATE"),
        (replace(role, name="Poets"), "GUILD_ROLE_UPDATE"),
    ):
        await _save(server, changed)
        told = await line.expect(event)
        assert [told["guild_id"], told["role"]["name"]] == [guild["id"], changed.name]
        has("role", told["role"])
    await server.app.store.write(lambda tx: tx.announce(RoleDeleted(role.id)))
    assert (await line.expect("GUILD_ROLE_DELETE"))["role_id"] == str(role.id)


async def _save(server: Server, role: Role) -> None:
    """Change a role, for which there is no command yet."""

    def save(tx: Any) -> None:
        stored.save_role(tx, role)
        tx.announce(RoleChanged(role))

    await server.app.store.write(save)


async def test_whoever_has_no_picture_has_a_plain_face(server: Server, owner: Person) -> None:
    async with (
        server.visitor() as visitor,
        visitor.get("/cdn/embed/avatars/3.png?size=64") as response,
    ):
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")
