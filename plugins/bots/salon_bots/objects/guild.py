"""The community as a guild, and a bot as an application."""

from collections.abc import Sequence
from typing import Any

from salon.plugin import Account, Salon
from salon_bots.bits import application_flags, effective_bits
from salon_bots.models import Bot
from salon_bots.objects.people import People, time
from salon_bots.objects.places import Places

Json = dict[str, Any]

NO_VERIFY_KEY = "0" * 64  # interactions over HTTP are not signed: there are none


class Guild:
    """The whole, from its parts."""

    def __init__(self, salon: Salon, people: People, places: Places) -> None:
        self._salon = salon
        self._people = people
        self._places = places

    @property
    def id(self) -> int:
        return self._salon.community.id

    def brief(self) -> Json:
        """Return the community as Discord's guild; 40 keys, none of them optional."""
        community, owner = self._salon.community, self._people.owner
        return {
            "id": str(community.id),
            "name": community.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "banner": None,
            "description": None,
            "owner_id": str(community.id if owner is None else owner.id),
            "roles": self._people.roles(),
            "emojis": [],
            "stickers": [],
            "features": [],
            "region": "local",
            "afk_channel_id": None,
            "afk_timeout": 300,
            "application_id": None,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "safety_alerts_channel_id": None,
            "vanity_url_code": None,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "nsfw": False,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "preferred_locale": "fr" if community.language == "fr" else "en-US",
            "max_presences": None,
            "max_members": 100_000,
            "max_video_channel_users": 0,
            "widget_enabled": False,
        }

    def partial(self, bot: Account) -> Json:
        may = self._salon.accounts.may
        community = self._salon.community
        return {
            "id": str(community.id),
            "name": community.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": effective_bits(lambda name: may(bot, name)),
            "features": [],
        }

    def whole(self, bot: Account, members: Sequence[Account], threshold: int) -> Json:
        """Return GUILD_CREATE for a bot."""
        count = len(self._people.everybody())
        return self.brief() | {
            "joined_at": time(bot.created_at),
            "large": count > threshold,
            "unavailable": False,
            "member_count": count,
            "members": [self._people.member(account) for account in members],
            "channels": self._places.all(bot),
            "threads": self._places.threads(bot),
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def application(self, bot: Bot, account: Account) -> Json:
        keeper = None if bot.kept_by is None else self._salon.accounts.get(bot.kept_by)
        keeper = keeper or self._people.owner or account
        return {
            "id": str(account.id),
            "name": account.display_name,
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": NO_VERIFY_KEY,
            "owner": self._people.user(keeper),
            "team": None,
            "flags": self.flags(bot),
            "rpc_origins": [],
            "tags": [],
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "integration_types_config": {"0": {}},
            "approximate_guild_count": 1,
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "bot": self._people.user(account),
        }

    def flags(self, bot: Bot) -> int:
        return application_flags(reads_messages=bot.reads_messages, sees_people=bot.sees_people)
