"""Builds everything once, in order: the foundation, each subject's services on it, then the web.

Nothing is started here and nothing awaits: `life` starts what was built, and stops it in reverse.
"""

from collections.abc import Awaitable, Callable

from salon.app.connections import connect
from salon.app.foundation import Foundation
from salon.app.subjects.community import build_community
from salon.app.subjects.files import build_files
from salon.app.subjects.people import build_people
from salon.app.subjects.pushes import build_pushes
from salon.app.subjects.rooms import build_rooms
from salon.app.subjects.texts import build_texts
from salon.services.doctor import Doctor
from salon.services.evenings import Evenings
from salon.services.job_keeping import JobKeeping
from salon.services.measures import Measures
from salon.services.overview import Overview
from salon.services.roles import Roles
from salon.services.services import FileServices, RoomServices, Services
from salon.web.app import Front, WebPages, build, shared_facts
from salon.web.assets import Client
from salon.web.doors import own_addresses
from salon.web.templating import Templates


class Composition:
    """The parts of one server."""

    def __init__(self, base: Foundation) -> None:
        self._base = base
        self.client = Client()
        self._templates = Templates(
            base.plugin_files.loader, shared_facts(self.client, lambda: base.services)
        )
        self.services = base.services = self._build_services()
        connect(self.services, base.notices)

    def _build_services(self) -> Services:
        base = self._base
        roles = Roles(base.store, base.access, base.directory, base.host)
        files = build_files(base)
        texts = build_texts(base, files.files)
        people = build_people(base, files, texts)
        rooms = build_rooms(base, files.files, roles)
        texts.messages.heed(rooms.stages.check_chat)
        community = build_community(base, files.files, roles=roles, people=people, rooms=rooms)
        pushes = build_pushes(base, rooms.tags)
        rooms.stages.when_opened(pushes.rooms_told.opened)
        doctor = _doctor(base, files)
        evenings = Evenings(base.store, rooms.live, base.clock, rooms.participants.spawn)
        subjects = (files, texts, people, rooms, community, pushes)
        return Services(
            **{name: service for subject in subjects for name, service in vars(subject).items()},
            store=base.store,
            directory=base.directory,
            access=base.access,
            announcer=base.announcer,
            doctor=doctor,
            measures=_measures(base, files, rooms),
            evenings=evenings,
            overview=_overview(base, files, doctor, evenings),
            jobs=base.jobs,
            job_keeping=JobKeeping(base.store, base.access, base.jobs, base.clock),
            host=base.host,
            relay=base.relay,
            clock=base.clock,
            ids=base.ids,
            pages=WebPages(self._templates, base.plugin_files, base.language),
            base_url=base.base_url,
            data_directory=base.config.data.directory,
        )

    def compose_web(
        self, *, claimed: Callable[[], Awaitable[None]], is_voice_open: Callable[[], bool]
    ) -> Front:
        """Return what answers HTTP and the socket, when the plugins are prepared."""
        base = self._base
        front = build(
            config=base.config,
            services=self.services,
            invitations=base.invitations,
            templates=self._templates,
            files=base.plugin_files,
            client=self.client,
            origins=base.origins,
            clock=base.clock,
            claimed=claimed,
            is_voice_open=is_voice_open,
        )
        base.announcer.describe_access_with(front.gateway.access_body)
        return front


def _doctor(base: Foundation, files: FileServices) -> Doctor:
    return Doctor(
        config=base.config,
        relay=base.relay,
        store=base.store,
        objects=files.objects,
        access=base.access,
        seal=base.seal,
        clock=base.clock,
        own_addresses=own_addresses,
    )


def _measures(base: Foundation, files: FileServices, rooms: RoomServices) -> Measures:
    return Measures(
        relay=base.relay,
        live=rooms.live,
        access=base.access,
        files=files.files,
        clock=base.clock,
    )


def _overview(
    base: Foundation, files: FileServices, doctor: Doctor, evenings: Evenings
) -> Overview:
    return Overview(
        store=base.store,
        access=base.access,
        directory=base.directory,
        host=base.host,
        files=files.files,
        doctor=doctor,
        evenings=evenings,
    )
