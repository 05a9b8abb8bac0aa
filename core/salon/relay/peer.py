"""One person's connection: where they are, their handshake, their keys, their voice, their ears."""

from collections import Counter
from collections.abc import Callable
from enum import Enum
from typing import Any

from salon.relay import rtcp, rtp, srtp
from salon.relay.audio import AudioPacket, Voice
from salon.relay.dtls import Handshake, HandshakeState, Identity
from salon.relay.guard import Budget
from salon.relay.ice import Credentials, LiteAgent, new_credentials
from salon.relay.measures import LineMeasures
from salon.relay.outlet import Outlet
from salon.relay.port import SocketPath
from salon.relay.repair import Repair, Sound
from salon.relay.room import SLOT_SSRC
from salon.relay.sdp import Facts
from salon.relay.tcp import Line
from salon.relay.voices import VoiceBudget, Voices

PENDING_S = 10.0  # from the offer to sound
SSRCS_PER_PEER = 8  # each costs memory in SRTP; a browser has one or two
REPORTS_PER_S = 20.0  # a browser sends one or two
# Protected datagrams that are looked at. Who forges a peer's address knows none of its SSRCs, so
# that forgeries spend the smaller budget, and never that of the sound.
MEDIA_PER_S = 4_000.0
STRANGE_PER_S = 500.0  # of SSRCs that nothing authentic has come from yet
# How often its sound follows it elsewhere: each time, the room's crowds are made anew.
ADDRESSES_PER_S = 1.0
ADDRESSES_AT_ONCE = 10.0  # a browser tries several before it stays with one


class PeerState(Enum):
    """`JOINING` leads to `CONNECTED`; both to `GONE`."""

    JOINING = "joining"
    CONNECTED = "connected"
    GONE = "gone"


class Peer:
    """Owns everything of one connection. `changed(peer)` is called after each change of `state`."""

    def __init__(  # noqa: PLR0913 a connection joins all the parts
        self,
        voice: Voice,
        voices: Voices,
        *,
        identity: Identity,
        music: bool,
        budget: VoiceBudget,
        send: Callable[[bytes, SocketPath], bool],
        changed: Callable[["Peer"], None],
        counts: Counter[str],
        now_s: float,
        turn: int,
    ) -> None:
        self.voice = voice
        self.turn = turn  # the tenth of each second in which it is looked after
        self.voices = voices
        self.is_music = music
        self.state = PeerState.JOINING
        self.credentials = new_credentials()
        self.credentials_there: Credentials | None = None  # while it is asked to move
        self.offers = 1
        self.owes_answer = True
        self.may_speak = False
        self._hears = True
        self._agent: LiteAgent[SocketPath] = LiteAgent(now_s)
        self._since_s = now_s
        self._identity = identity
        self._budget = budget
        self._send = send
        self._changed = changed
        self._counts = counts
        self._handshake: Handshake | None = None
        self._promised: Facts | None = None
        self._incoming: Any = None  # pylibsrtp has no types
        self._outlet: Outlet | None = None
        self._ssrcs: set[int] = set()
        self._reports = Budget(REPORTS_PER_S)
        self._known = Budget(MEDIA_PER_S)
        self._strange = Budget(STRANGE_PER_S)
        self._addresses = Budget(ADDRESSES_PER_S, ADDRESSES_AT_ONCE)
        self._unroller = rtp.Unroller()
        self._repair = Repair()
        self._reception = rtcp.Reception()
        self._delivery = rtcp.Delivery()
        self._talker = voices.add(voice)

    @property
    def path(self) -> SocketPath | None:
        """Where it is, once a check has proven it."""
        return self._agent.path

    @property
    def only_hears(self) -> bool:
        """Whether nothing comes from it but checks and reports, which have time."""
        return self.state is PeerState.CONNECTED and not self.may_speak

    # -- coming in

    def checked(self, path: SocketPath, now_s: float, *, use_candidate: bool) -> None:
        """An authentic check came: follow it, the sound too unless it has gone too often."""
        self._agent.checked(path, now_s, use_candidate=use_candidate)
        outlet, here = self._outlet, self._agent.path
        if outlet is None or here is None or here == outlet.path:
            return
        if self._addresses.take(now_s):
            outlet.path = here

    def shake(self, datagram: bytes) -> None:
        """Take a datagram of the handshake, also before the answer has come."""
        if self._handshake is None:
            self._handshake = Handshake(self._identity, send=self._send_here, changed=self._shaken)
        if self._handshake.receive(datagram):
            self._counts["taken.handshake"] += 1
        else:
            self._drop("record")

    def promise(self, facts: Facts) -> None:
        """Take from the answer whose certificate the handshake has to show, and what it takes."""
        self.owes_answer = False
        self._promised = facts
        if self.state is PeerState.JOINING:
            self._connect_if_complete()
        elif self._handshake is not None and not self._handshake.is_from(facts.fingerprints):
            self._counts["lost.wrong_certificate"] += 1
            self.lose()

    def _send_here(self, datagram: bytes) -> None:
        if self._agent.path is not None:
            self._send(datagram, self._agent.path)

    def _shaken(self) -> None:
        state = None if self._handshake is None else self._handshake.state
        if state in {HandshakeState.FAILED, HandshakeState.CLOSED}:
            said_goodbye = state is HandshakeState.CLOSED
            self._counts["lost.goodbye" if said_goodbye else "lost.handshake"] += 1
            self.lose()
        else:
            self._connect_if_complete()

    def _connect_if_complete(self) -> None:
        handshake, promised = self._handshake, self._promised
        if handshake is None or promised is None or handshake.state is not HandshakeState.DONE:
            return
        keys = handshake.keys()
        if not handshake.is_from(promised.fingerprints):
            self._counts["lost.wrong_certificate"] += 1
            self.lose()
        elif keys is None:
            self._counts["lost.no_common_srtp"] += 1
            self.lose()
        else:
            self._connect(keys, takes_red=promised.takes_red)

    def _connect(self, keys: srtp.Keys, *, takes_red: bool) -> None:
        if self._agent.path is None:  # a handshake comes over a proven path only
            return
        self._incoming = keys.incoming()
        self._outlet = Outlet(keys, self._agent.path, [0] * self.voices.slots, takes_red=takes_red)
        self.voices.connect(self._talker, self._outlet, hears=self._hears)
        self.state = PeerState.CONNECTED
        self._changed(self)

    # -- going elsewhere

    def ask_to_move(self) -> Credentials:
        """Return the credentials of the next offer; the present ones hold until they are used."""
        self.offers += 1
        self.owes_answer = True
        self.credentials_there = new_credentials()
        return self.credentials_there

    def arrive(self) -> Credentials:
        """A check with the new credentials came. Return the old ones, which end here."""
        before = self.credentials
        self.credentials = self.credentials_there or before
        self.credentials_there = None
        self._agent.restart()
        return before

    # -- while in

    def allow(self, *, speak: bool, hear: bool) -> None:
        """From the next packet on."""
        if speak and not self.may_speak:
            self._repair = Repair()  # or the first packet would repeat what was said before
        self.may_speak, self._hears = speak, hear
        if not speak:
            self.voices.hush(self._talker)
        if self._outlet is not None:
            self.voices.connect(self._talker, self._outlet, hears=hear)

    def receive(self, datagram: bytes, now_s: float) -> None:
        """Take protected sound or a protected report. Whatever is wrong with it is counted."""
        if self._incoming is None:
            self._drop("early")  # before the certificate is known to be the promised one
            return
        try:
            if rtp.is_rtcp(datagram):
                self._take_report(datagram, now_s)
            else:
                self._take_sound(datagram, now_s)
        except srtp.Refused:
            self._drop("unauthentic")
        except ValueError:
            self._drop("malformed")

    def _drop(self, reason: str) -> None:
        self._counts["dropped." + reason] += 1

    def _may_cost(self, ssrc: int, now_s: float) -> bool:
        """Whether to do cryptography for a datagram that says it is of this SSRC."""
        is_known = ssrc in self._ssrcs
        if not is_known and len(self._ssrcs) >= SSRCS_PER_PEER:
            self._drop("ssrc")
            return False
        if not (self._known if is_known else self._strange).take(now_s):
            self._drop("flood")
            return False
        return True

    def _take_report(self, datagram: bytes, now_s: float) -> None:
        ssrc = rtcp.sender_ssrc_of(datagram)
        if not self._may_cost(ssrc, now_s):
            return
        packet = self._incoming.unprotect_rtcp(datagram)
        self._ssrcs.add(ssrc)
        if not self._reports.take(now_s):
            self._drop("over_rate")
            return
        heard = rtcp.parse(packet)
        self._counts["taken.report"] += 1
        self._reception.note_sender(heard, now_s)
        if self._outlet is not None:
            self.voices.note_losses(self._outlet, heard.losses, now_s)
            for report in heard.reports:
                slot = report.ssrc - SLOT_SSRC
                if 0 <= slot < self.voices.slots:
                    self._delivery.note(report, self._outlet.skipped[slot], now_s)

    def _take_sound(self, datagram: bytes, now_s: float) -> None:
        ssrc = rtp.ssrc_of(datagram)
        if not self._may_cost(ssrc, now_s):
            return
        # Also of a muted voice: SRTP has to follow its numbers.
        packet = rtp.parse(self._incoming.unprotect(datagram))
        self._ssrcs.add(ssrc)
        if not self._budget.take(now_s, len(packet.payload)):
            self._drop("over_rate")
            return
        if packet.payload_type == rtp.RED_PAYLOAD_TYPE:
            opus, earlier = rtp.unred(packet.payload)
        elif packet.payload_type == rtp.OPUS_PAYLOAD_TYPE:
            opus, earlier = packet.payload, []
        else:
            self._drop("payload_type")
            return
        samples = rtp.opus_samples(opus)
        sequence, timestamp = self._unroller.unroll(packet, now_s)
        self._reception.note(ssrc, sequence, timestamp, now_s)
        if not self.may_speak:
            self._drop("muted")
            return
        self._counts["taken.sound"] += 1
        sound = Sound(sequence, timestamp, opus)
        for missing in self._repair.missing_before(sound, earlier):
            if self._budget.take(now_s, 0):  # a packet more for each listener
                self._counts["repaired"] += 1
                self._reception.note_repaired()
                self._say(missing, rtp.opus_samples(missing.opus), packet.level_dbov, now_s)
        if self._repair.is_new(sound):
            self._say(sound, samples, packet.level_dbov, now_s)
        else:
            self._counts["unheard.late"] += 1

    def _say(self, sound: Sound, samples: int, level_dbov: int | None, now_s: float) -> None:
        said = AudioPacket(
            self.voice, sound.opus, sound.sequence, sound.timestamp, now_s, level_dbov
        )
        self.voices.say(self._talker, said, samples)

    def report(self, ntp: int, now_s: float) -> None:
        """Send the second's reports; even an empty one tells the page that the line lives."""
        outlet = self._outlet
        if outlet is None:
            return
        about_voice = None
        if self._reception.ssrc is not None:
            listeners_loss = self.voices.loss_of(self._talker, now_s)
            about_voice = self._reception.report(listeners_loss, now_s)
        reports = rtcp.receiver_report(about_voice)
        if self._hears:
            self.voices.settle(self._talker, outlet, now_s)
            reports = self.voices.sender_reports(outlet, ntp, now_s) + reports
            self._delivery.note_sent(ntp, now_s)
        self._send(outlet.session.protect_rtcp(reports), outlet.path)

    def measure(self, now_s: float) -> LineMeasures | None:
        """Return how the line is, or None while there is no sound yet."""
        if self._outlet is None:
            return None
        return LineMeasures(
            self.voice.peer_id,
            self.voice.owner,
            "tcp" if isinstance(self._outlet.path[0], Line) else "udp",
            loss_up=self._reception.loss(now_s),
            loss_down=self._delivery.loss(now_s),
            jitter_up_s=self._reception.jitter_s(now_s),
            jitter_down_s=self._delivery.jitter_s(now_s),
            round_trip_s=self._delivery.round_trip_s(now_s),
        )

    # -- going

    def expire(self, now_s: float) -> None:
        """Be lost when nobody has confirmed the path, or sound has not begun, for too long."""
        if self.state is PeerState.CONNECTED and not self._agent.has_consent(now_s):
            self._counts["lost.consent"] += 1
            self.lose()
        elif self.state is PeerState.JOINING and now_s - self._since_s > PENDING_S:
            self._counts["lost.pending"] += 1
            self.lose()

    def stay_behind(self) -> None:
        """Be lost because it has not moved in time."""
        self._counts["lost.move"] += 1
        self.lose()

    def lose(self) -> None:
        """End by itself, and tell."""
        if self.state is not PeerState.GONE:
            self.close()
            self._changed(self)

    def close(self) -> None:
        """End because somebody asked for it. Twice is once."""
        if self.state is PeerState.GONE:
            return
        self.state = PeerState.GONE
        self._incoming = self._outlet = None
        self.voices.leave(self._talker)
        if self._handshake is not None:
            self._handshake.close()
