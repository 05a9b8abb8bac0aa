"""The recording plugin: its hooks, each a few lines, delegating."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from salon.plugin import (
    Claim,
    CliCommand,
    ClientModule,
    Command,
    Deny,
    Job,
    PageFragment,
    Participant,
    Permission,
    Plugin,
    PluginConfig,
    Room,
    Route,
    Salon,
    Schedule,
    SearchSource,
    hookimpl,
)
from salon_recording import cli, episodes, releases, takes
from salon_recording.answering import AnswerCommands
from salon_recording.asking import Asking
from salon_recording.away.moving import Moving
from salon_recording.away.sending import Sending
from salon_recording.clips.clipping import Clipping
from salon_recording.clips.commands import ClipCommands
from salon_recording.clips.soundbites import Soundbites
from salon_recording.commands import Commands
from salon_recording.config import RecordingConfig
from salon_recording.editor import edits
from salon_recording.editor.commands import EditorCommands
from salon_recording.editor.saving import EditorSaving
from salon_recording.feeds import address_rows
from salon_recording.feeds.addresses import Addresses
from salon_recording.feeds.airing import Airings
from salon_recording.feeds.library import Library
from salon_recording.feeds.routes import FeedRoutes
from salon_recording.feeds.rss import MEDIA_TYPES
from salon_recording.from_start import FromStart
from salon_recording.keeping import Keeping
from salon_recording.listening.beside import Beside
from salon_recording.listening.home import Latest
from salon_recording.listening.outside import Outside
from salon_recording.listening.public_pages import PublicPages
from salon_recording.making import JOB, LOOK, LOOK_EVERY, Making
from salon_recording.marking import Marking
from salon_recording.moments import Moments
from salon_recording.pages import Pages
from salon_recording.programmes import pieces, scheduling, shows
from salon_recording.programmes.bringing import Bringing
from salon_recording.programmes.commands import ProgrammeCommands
from salon_recording.programmes.editing import Editing
from salon_recording.programmes.gathering import Gathering
from salon_recording.programmes.order_commands import OrderCommands
from salon_recording.programmes.ordering import Ordering
from salon_recording.programmes.programming import Programming
from salon_recording.programmes.routes import ProgrammeRoutes
from salon_recording.programmes.scheduling import Scheduling
from salon_recording.recorder import PERMISSION, Recorder
from salon_recording.releasing import Releasing
from salon_recording.running import Running
from salon_recording.shapes import Shapes
from salon_recording.shelf import Shelf
from salon_recording.studio import Studio
from salon_recording.takes import Reason
from salon_recording.transcript import tables as transcripts
from salon_recording.transcript.commands import TranscriptCommands
from salon_recording.transcript.episodes import Transcripts
from salon_recording.transcript.routes import TranscriptRoutes
from salon_recording.transcript.transcribing import JOB as WRITE_DOWN
from salon_recording.transcript.transcribing import Transcribing

PRODUCE_TIMEOUT_S = 4 * 3_600.0
WRITE_DOWN_TIMEOUT_S = 24 * 3_600.0


class RecordingPlugin(Plugin[RecordingConfig]):
    """A room is recorded, mixed and published as an episode."""

    name = "recording"
    title = "Recording"
    Config: ClassVar[type[PluginConfig]] = RecordingConfig

    def __init__(self, salon: Salon, config: RecordingConfig) -> None:
        super().__init__(salon, config)
        self._programming = programming = Programming(salon, config)
        running = Running(salon, config)
        self._recorder = Recorder(salon, running)
        self._from_start = FromStart(salon, self._recorder)
        shelf = self._shelf = Shelf(salon, self._recorder)
        asking = Asking(salon, config)
        self._making = Making(salon, self._recorder, programming, shelf, asking)
        self._transcribing = Transcribing(salon, config, self._recorder, shelf)
        self._studio = Studio(
            salon, self._recorder, shelf, self._making, programming, self._transcribing
        )
        self._shapes = Shapes(shelf)
        self._keeping = Keeping(salon, config, running, shelf)
        self._releasing = Releasing(salon, shelf, self._studio, asking)
        self._answers = AnswerCommands(self._releasing, Moments(salon, shelf))
        self._commands = Commands(
            salon,
            recorder=self._recorder,
            marking=Marking(salon, self._recorder, running, shelf, programming),
            shelf=shelf,
            studio=self._studio,
            releasing=self._releasing,
            keeping=self._keeping,
            programming=programming,
        )
        self._editor = EditorCommands(EditorSaving(salon, shelf))
        self._bringing = Bringing(salon, config)
        editing = Editing(salon, self._bringing)
        self._scheduling = Scheduling(salon, programming, self._studio)
        self._gathering = gathering = Gathering(salon, shelf, self._studio)
        running.when_ended(gathering.take_ended)
        self._programmes = ProgrammeCommands(salon, programming, editing, gathering, shelf)
        self._ordering = Ordering(salon, running)
        self._files = ProgrammeRoutes(salon, programming, editing)
        sending = Sending(salon, shelf)
        self._moving = Moving(salon, config, shelf)
        self._pages = Pages(salon, programming, shelf, sending)
        self._latest = Latest(salon, programming)
        self._airings = Airings(salon)
        library = Library(salon, self._airings)
        self._feeds = FeedRoutes(salon, library, programming, sending)
        clipping = Clipping(
            salon,
            recorder=self._recorder,
            shelf=shelf,
            studio=self._studio,
            making=self._making,
            programming=programming,
        )
        running.when_ended(clipping.take_ended)
        soundbites = Soundbites(salon, shelf, self._studio)
        self._clips = ClipCommands(salon, shelf, clipping, soundbites)
        self._transcript_commands = TranscriptCommands(shelf, self._transcribing)
        self._transcripts = Transcripts(salon)
        self._public = PublicPages(salon, programming, shelf, self._transcripts)
        self._addresses = Addresses(
            salon,
            programming,
            library,
            sending=sending,
            files=self._files,
            transcripts=self._transcripts,
        )

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        return [
            Permission("record", "Record rooms and publish episodes", granted_to="hosts"),
            Permission("clip", "Make clips of recordings and episodes", granted_to="everyone"),
            Permission("mark", "Set marks while a room is recorded", granted_to="hosts"),
        ]

    @hookimpl
    def register_commands(self) -> list[Command]:
        return [
            *self._commands.all(),
            *self._answers.all(),
            *self._transcript_commands.all(),
            *self._programmes.all(),
            *OrderCommands(self._ordering).all(),
            *self._latest.commands(),
            *self._addresses.commands(),
            *self._clips.all(),
            *self._editor.all(),
        ]

    @hookimpl
    def register_routes(self) -> list[Route | Claim]:
        pages, public, feeds = self._pages, self._public, self._feeds
        beside = Beside(self.salon, self._shelf)
        claimed = [
            ("/e/{slug}", public.episode),
            ("/e/{slug}/embed", public.embed),
            ("/e/{slug}/{address}.png", public.picture),
            ("/e/{slug}/peaks.json", beside.peaks),
            ("/e/{slug}/turns.json", beside.turns),
            ("/e/{slug}/chapters.json", feeds.chapters),
            *((f"/e/{{slug}}/{{file}}.{format_}", feeds.sound) for format_ in MEDIA_TYPES),
            ("/shows/{show}", public.show),
            ("/shows/{show}/feed.xml", feeds.feed),
        ]
        routes = [
            Route(method, path, handler, access="public", at="claim", body_max_bytes=0)
            for path, handler in claimed
            for method in ("GET", "HEAD")
        ]
        served = [
            Route("GET", path, handler, access="public", body_max_bytes=0)
            for path, handler in (("/page.css", pages.style), ("/oembed", public.oembed))
        ]
        makers = f"permission:{PERMISSION}"
        own = [
            *(
                Route(
                    "GET", f"/drafts/{{episode}}.{format_}", pages.draft, makers, body_max_bytes=0
                )
                for format_ in MEDIA_TYPES
            ),
            Route("GET", "/voices/{take}/{account}.opus", pages.voice, "account", body_max_bytes=0),
        ]
        shape = "/shapes/{take}/{account}.json"
        own.append(Route("GET", shape, self._shapes.shape, "account", body_max_bytes=0))
        so_far = "/shapes/{take}.json"
        own.append(Route("GET", so_far, self._shapes.so_far, "account", body_max_bytes=0))
        written = TranscriptRoutes(self._transcripts).all()
        claims = [Claim("/e/"), Claim("/shows/")]
        own += [*self._files.all(), *self._addresses.routes()]
        return [*claims, *routes, *written, *served, *own]

    @hookimpl
    def register_jobs(self) -> list[Job | Schedule]:
        return [
            Job(JOB, self._making.produce, attempts=3, timeout_s=PRODUCE_TIMEOUT_S),
            Job(WRITE_DOWN, self._transcribing.work, attempts=3, timeout_s=WRITE_DOWN_TIMEOUT_S),
            Schedule(LOOK, self._making.look, every=LOOK_EVERY),
            Schedule("look_written", self._transcribing.look, every=LOOK_EVERY),
            Schedule(scheduling.LOOK, self._scheduling.look, every=scheduling.LOOK_EVERY),
            Schedule("prune", self._keeping.prune, every=timedelta(hours=6)),
            Schedule("ask_again", self._releasing.look, every=timedelta(hours=1)),
        ]

    @hookimpl
    def register_cli(self) -> list[CliCommand]:
        return cli.commands(self.salon, self.config)

    @hookimpl
    def register_client_modules(self) -> list[ClientModule]:
        return [ClientModule("main.tsx")]

    @hookimpl
    def register_page_fragments(self) -> list[PageFragment]:
        return Outside(self.salon).fragments()

    @hookimpl
    def register_search_sources(self) -> list[SearchSource]:
        return [
            SearchSource("episodes", "Episodes", self._shelf.find_public),
            SearchSource("said", "Said in episodes", self._transcripts.find_said),
        ]

    @hookimpl
    async def startup(self) -> None:
        await self._programming.recover()
        await self._bringing.recover()
        await self._recorder.recover()
        await self._making.recover()
        await self._gathering.recover()
        await self._transcribing.begin()
        self.salon.spawn_forever(self._moving.run, name="moving")

    @hookimpl
    async def shutdown(self) -> None:
        await self._recorder.stop_all(Reason.SHUTDOWN)

    @hookimpl
    async def may_speak(self, participant: Participant) -> Deny | None:
        return self._recorder.may_speak(participant.account_id, participant.room_id)

    @hookimpl
    async def participant_joined(self, participant: Participant) -> None:
        await self._recorder.joined(participant.room_id)
        self._from_start.joined(participant)

    @hookimpl
    async def participant_left(self, participant: Participant) -> None:
        await self._recorder.left(participant.account_id, participant.room_id)
        self._from_start.left(participant.room_id)
        self._airings.left(participant.room_id)
        await self._ordering.left(participant.room_id)

    @hookimpl
    async def room_closed(self, room: Room) -> None:
        await self._recorder.room_closed(room.id)
        await self._ordering.room_closed(room.id)
        self._airings.left(room.id)

    @hookimpl
    async def erase_account(self, account_id: int) -> None:
        await self._studio.forget_account(account_id)

    @hookimpl
    async def export_account(self, account_id: int) -> Mapping[str, Any]:
        def read(connection: Any) -> Mapping[str, Any]:
            released = releases.of_account(connection, account_id)
            made = shows.of_account(connection, account_id)
            about = takes.of_account(connection, account_id)
            return {
                **about,
                "releases": released,
                "asked": releases.asked_of(connection, account_id),
                "clips": episodes.clips_by(connection, account_id),
                "shows": made,
                "pieces": pieces.of_account(connection, account_id),
                "edits": edits.of_account(connection, account_id),
                "transcripts": transcripts.of_account(connection, account_id),
                "addresses": address_rows.kept_of(connection, account_id),
            }

        return await self.salon.db.read(read)
