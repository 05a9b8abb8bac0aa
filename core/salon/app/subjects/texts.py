"""Builds what people write with: messages and all that hangs on them."""

from salon.app.foundation import Foundation
from salon.services.conversations import Conversations
from salon.services.deletions import Deletions
from salon.services.fetch import Fetch
from salon.services.files import Files
from salon.services.former_texts import FormerTexts
from salon.services.inbox import Inbox
from salon.services.limits import Paces
from salon.services.link_cards import LinkCards
from salon.services.link_pictures import LinkPictures
from salon.services.mentions import MentionRules
from salon.services.messages import Messages
from salon.services.pins import Pins
from salon.services.reactions import Reactions
from salon.services.recent_messages import RecentMessages
from salon.services.search import Search
from salon.services.search_sources import SearchSources
from salon.services.services import TextServices
from salon.services.slash_commands import SlashCommands
from salon.services.threads import Threads


def build_texts(base: Foundation, files: Files) -> TextServices:
    store, access, directory, clock = base.store, base.access, base.directory, base.clock
    limits = base.config.limits
    paces, recent = Paces(limits.messages_burst, limits.messages_per_s), RecentMessages()
    return TextServices(
        messages=Messages(
            store=store,
            access=access,
            host=base.host,
            mentions=MentionRules(directory, base.presence.present),
            clock=clock,
            limits=limits,
            paces=paces,
            recent=recent,
        ),
        deletions=Deletions(store, access, recent, limits),
        pins=Pins(store, access, paces, clock),
        reactions=Reactions(store, access, directory, clock),
        former_texts=FormerTexts(store, access, clock, limits),
        conversations=Conversations(store, access, directory, base.rates),
        threads=Threads(store, access, directory, base.rates, clock),
        inbox=Inbox(store, access, directory, clock),
        slash_commands=SlashCommands(access, directory, base.host, clock),
        link_cards=LinkCards(
            store=store,
            access=access,
            announcer=base.announcer,
            fetch=Fetch(clock),
            files=files,
            clock=clock,
            base_url=base.base_url,
        ),
        link_pictures=LinkPictures(directory, files),
        search=Search(store, access, directory, clock),
        search_sources=SearchSources(base.host, clock),
    )
