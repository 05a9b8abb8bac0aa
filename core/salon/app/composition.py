"""Builds everything once, in order.

Nothing is started here and nothing awaits: `life` starts what was built, and stops it in reverse.
"""

from collections.abc import Awaitable, Callable, Collection

from salon.app.connections import connect
from salon.app.foundation import Foundation
from salon.clock import Clock
from salon.config import Config
from salon.domain.events import Event
from salon.files.films import Films
from salon.files.objects import S3
from salon.files.pictures import Pictures
from salon.files.storage import LocalDisk
from salon.host import Discovered
from salon.ids import Ids
from salon.relay.control import Relay
from salon.relay.decoding import Decoding
from salon.services.applications import Applications
from salon.services.arranging import Arranging
from salon.services.audit import Audit
from salon.services.captions import Captions
from salon.services.channels import Channels
from salon.services.conversations import Conversations
from salon.services.directory import Directory
from salon.services.doctor import Doctor
from salon.services.exports import Exports
from salon.services.faces import Faces
from salon.services.fetch import Fetch, Rules
from salon.services.files import MIB, Files
from salon.services.former_texts import FormerTexts
from salon.services.guests import Guests
from salon.services.house_rules import HouseRules
from salon.services.inbox import Inbox
from salon.services.leaving import Leaving
from salon.services.link_cards import LinkCards
from salon.services.link_pictures import LinkPictures
from salon.services.listening import Listening
from salon.services.live import Live
from salon.services.live_reactions import LiveReactions
from salon.services.mail import Mail
from salon.services.measures import Measures
from salon.services.own_emoji import OwnEmoji
from salon.services.participants import Participants
from salon.services.passkeys import Passkeys
from salon.services.plugin_pushes import PluginPushes
from salon.services.privacy import PrivacyChoices
from salon.services.profiles import Profiles
from salon.services.push import Push
from salon.services.push_devices import PushDevices
from salon.services.reactions import Reactions
from salon.services.roles import Roles
from salon.services.room_entry import RoomEntry
from salon.services.room_keeping import RoomKeeping
from salon.services.room_pictures import RoomPictures
from salon.services.rooms import Rooms
from salon.services.rooms_told import RoomsTold
from salon.services.sealing import Seal
from salon.services.search import Search
from salon.services.search_sources import SearchSources
from salon.services.second_step import SecondStep
from salon.services.services import Services
from salon.services.sessions import Sessions
from salon.services.slash_commands import SlashCommands
from salon.services.sound import Sound
from salon.services.stage_keeping import StageKeeping
from salon.services.stages import Stages
from salon.services.tags import TagKeeping
from salon.services.threads import Threads
from salon.services.trials import Trials
from salon.services.turn import TurnServers
from salon.services.undoing import Undoing
from salon.store.store import Store
from salon.web.app import Front, WebPages, build, shared_facts
from salon.web.assets import Client
from salon.web.doors import own_addresses, own_names
from salon.web.origin import Origins
from salon.web.templating import Templates

# A push service is one host for very many devices.
PUSH_RULES = Rules(ports={443}, schemes={"https"}, per_host_min=6_000)


class Composition(Foundation):
    """The parts of one server."""

    def __init__(  # noqa: PLR0913 all that stands before the rest is built
        self,
        config: Config,
        plugins: tuple[Discovered, ...],
        *,
        clock: Clock,
        ids: Ids,
        relay: Relay,
        store: Store,
        seal: Seal,
        directory: Directory,
        sessions: Sessions,
    ) -> None:
        super().__init__(
            config,
            plugins,
            clock=clock,
            store=store,
            seal=seal,
            directory=directory,
            sessions=sessions,
        )
        self._ids = ids
        self._relay = relay
        self._compose_services()

    def _compose_services(self) -> None:
        config, clock, store, directory = self.config, self.clock, self.store, self.directory
        self.origins = Origins(config.server, own_names(config.server.host))
        self.client = Client()
        self.templates = Templates(
            self.files.loader, shared_facts(self.client, lambda: self.services)
        )
        pages = WebPages(self.templates, self.files, lambda: self._language)
        relay = self._relay
        live = Live()
        turn = TurnServers(config.turn, self.sessions, self._seal, clock)
        participants = Participants(
            live=live,
            access=self.access,
            directory=directory,
            host=self.host,
            relay=relay,
            tell=self._tell,
            clock=clock,
            slots=config.media.slots,
            pending_joins=config.limits.pending_joins_per_account,
            turn=turn,
        )
        stage_keeping = StageKeeping(
            store=store,
            directory=directory,
            live=live,
            voices=participants,
            tell=self._tell,
            jobs=self._jobs,
            clock=clock,
        )
        stages = Stages(
            keeping=stage_keeping,
            access=self.access,
            directory=directory,
            voices=participants,
            clock=clock,
        )
        participants.obey(stages)
        self._messages.heed(stages.check_chat)
        tags = TagKeeping(store, self.access, directory, clock)
        self._listening = Listening(
            directory=directory,
            live=live,
            relay=relay,
            turn=turn,
            places=participants,
            stages=stages,
            tell=self._tell,
            clock=clock,
            limits=config.limits,
        )
        rooms = Rooms(
            store=store,
            access=self.access,
            directory=directory,
            announcer=self.announcer,
            participants=participants,
            stages=stages,
            listening=self._listening,
            live=live,
            tags=tags,
            host=self.host,
            clock=clock,
            limits=config.limits,
        )
        self.storage = LocalDisk(
            config.data.directory / "files", keep_free_bytes=config.files.keep_free_mib * MIB
        )
        objects = S3.of(config.objects)
        files = Files(
            store=store,
            access=self.access,
            storage=self.storage,
            pictures=Pictures(megapixels=config.files.picture_max_megapixels),
            films=Films(),
            rates=self._rates,
            clock=clock,
            settings=config.files,
        )
        push_devices = PushDevices(
            store=store,
            fetch=Fetch(clock, rules=PUSH_RULES),
            rates=self._rates,
            clock=clock,
            contact=lambda: self.base_url,
        )
        inbox = Inbox(store, self.access, directory, clock)
        roles = Roles(store, self.access, directory, self.host)
        room_keeping = RoomKeeping(
            store=store,
            access=self.access,
            directory=directory,
            participants=participants,
            roles=roles,
            live=live,
            tell=self._tell,
            jobs=self._jobs,
            clock=clock,
        )
        participants.mind(room_keeping)
        channels = Channels(store, self.access, directory, files, config.limits)
        arranging = Arranging(store, self.access, directory)
        plugin_pushes = PluginPushes(
            store=store,
            directory=directory,
            devices=push_devices,
            jobs=self._jobs,
            clock=clock,
        )
        rooms_told = RoomsTold(
            store=store,
            directory=directory,
            announcer=self.announcer,
            keeping=tags,
            pushes=plugin_pushes,
        )
        stages.when_opened(rooms_told.opened)
        own_emoji = OwnEmoji(store, self.access, files, self._rates)
        self.services = Services(
            store=store,
            directory=directory,
            access=self.access,
            announcer=self.announcer,
            accounts=self._accounts,
            applications=Applications(
                store=store,
                access=self.access,
                directory=directory,
                host=self.host,
                accounts=self._accounts,
                passwords=self.passwords,
                limits=config.limits,
            ),
            guests=Guests(
                store=store,
                access=self.access,
                directory=directory,
                host=self.host,
                accounts=self._accounts,
                sessions=self.sessions,
                passwords=self.passwords,
                clock=clock,
            ),
            house_rules=HouseRules(store, self.access, directory),
            audit=Audit(store, self.access, directory, clock),
            undoing=Undoing(
                store=store,
                access=self.access,
                directory=directory,
                roles=roles,
                channels=channels,
                arranging=arranging,
                rooms=rooms,
                sanctions=self._sanctions,
                own_emoji=own_emoji,
                clock=clock,
            ),
            sessions=self.sessions,
            second_step=SecondStep(
                store=store,
                directory=directory,
                sessions=self.sessions,
                sanctions=self._sanctions,
                rates=self._rates,
                clock=clock,
                seal=self._seal,
            ),
            mail=Mail(
                store=store,
                directory=directory,
                sessions=self.sessions,
                inbox=inbox,
                rates=self._rates,
                jobs=self._jobs,
                clock=clock,
                seal=self._seal,
                settings=config.mail,
                base_url=lambda: self.base_url,
            ),
            passkeys=Passkeys(
                store=store,
                directory=directory,
                sessions=self.sessions,
                sanctions=self._sanctions,
                rates=self._rates,
                clock=clock,
                base_url=lambda: self.base_url,
            ),
            sanctions=self._sanctions,
            roles=roles,
            conversations=Conversations(store, self.access, directory, self._rates),
            privacy=PrivacyChoices(store, directory),
            profiles=Profiles(store, self.access, self.host, self._rates),
            channels=channels,
            arranging=arranging,
            messages=self._messages,
            deletions=self._deletions,
            pins=self._pins,
            inbox=inbox,
            reactions=Reactions(store, self.access, directory, clock),
            live_reactions=LiveReactions(
                access=self.access,
                directory=directory,
                live=live,
                tell=self.announcer.tell,
                clock=clock,
            ),
            captions=Captions(
                directory=directory,
                live=live,
                host=self.host,
                tell=self._tell_captions,
                clock=clock,
            ),
            own_emoji=own_emoji,
            slash_commands=SlashCommands(self.access, directory, self.host, clock),
            former_texts=FormerTexts(store, self.access, clock, config.limits),
            files=files,
            objects=objects,
            exports=Exports(
                store=store,
                storage=self.storage,
                access=self.access,
                accounts=self._accounts,
                directory=directory,
                host=self.host,
                queue=self._jobs,
                clock=clock,
            ),
            leaving=Leaving(
                store=store,
                access=self.access,
                accounts=self._accounts,
                queue=self._jobs,
                clock=clock,
                days=config.accounts.deletion_days,
            ),
            threads=Threads(store, self.access, directory, self._rates, clock),
            faces=Faces(
                store=store,
                access=self.access,
                directory=directory,
                files=files,
                rates=self._rates,
            ),
            presence=self.presence,
            link_cards=LinkCards(
                store=store,
                access=self.access,
                announcer=self.announcer,
                fetch=Fetch(clock),
                files=files,
                clock=clock,
                base_url=lambda: self.base_url,
            ),
            link_pictures=LinkPictures(directory, files),
            search=Search(store, self.access, directory, clock),
            search_sources=SearchSources(self.host, clock),
            rooms=rooms,
            room_entry=RoomEntry(store, self.access, directory, clock),
            listening=self._listening,
            room_pictures=RoomPictures(directory, files, clock),
            room_keeping=room_keeping,
            stages=stages,
            participants=participants,
            trials=Trials(relay, turn, clock),
            doctor=Doctor(
                config=config,
                relay=relay,
                store=store,
                objects=objects,
                access=self.access,
                seal=self._seal,
                clock=clock,
                own_addresses=own_addresses,
            ),
            live=live,
            sound=Sound(
                directory=directory,
                participants=participants,
                live=live,
                relay=relay,
                decoding=Decoding(log_level=config.logs.level, log_format=config.logs.format),
                host=self.host,
            ),
            measures=Measures(relay=relay, live=live, access=self.access, files=files, clock=clock),
            jobs=self._jobs,
            push_devices=push_devices,
            push=Push(
                store=store,
                access=self.access,
                directory=directory,
                devices=push_devices,
                jobs=self._jobs,
                clock=clock,
                present=self.presence.present,
            ),
            plugin_pushes=plugin_pushes,
            tags=tags,
            rooms_told=rooms_told,
            host=self.host,
            relay=relay,
            clock=clock,
            ids=self._ids,
            pages=pages,
            base_url=lambda: self.base_url,
            data_directory=config.data.directory,
        )
        connect(self.services, self.notices)

    def _tell(self, event: Event) -> None:
        """Tell also who listens without an account."""
        super()._tell(event)
        self._listening.happened(event)

    def _tell_captions(self, event: Event, among: Collection[int] | None = None) -> None:
        self.announcer.tell(event, among)
        self._listening.happened(event)

    def compose_web(
        self, *, claimed: Callable[[], Awaitable[None]], is_voice_open: Callable[[], bool]
    ) -> Front:
        """Return what answers HTTP and the socket, when the plugins are prepared."""
        front = build(
            config=self.config,
            services=self.services,
            invitations=self.invitations,
            templates=self.templates,
            files=self.files,
            client=self.client,
            origins=self.origins,
            clock=self.clock,
            claimed=claimed,
            is_voice_open=is_voice_open,
        )
        self.announcer.describe_access_with(front.gateway.access_body)
        return front

    @property
    def base_url(self) -> str:
        return self.origins.base_url

    @property
    def _language(self) -> str:
        return self.directory.community.language if self.directory.is_claimed else "en"
