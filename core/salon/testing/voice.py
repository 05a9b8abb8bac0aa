"""An independent WebRTC peer (aiortc) that speaks tones and measures what it hears."""

import asyncio
import math
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

RATE_HZ = 48_000
FRAME_SAMPLES = 960
CONNECT_WITHIN_S = 10.0
AMPLITUDE = 8_000
HEARD_SECONDS = 3.0


class _Tone(MediaStreamTrack):
    """A microphone: silence, or a tone while told so."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.tone_hz = 0.0
        self._sample = 0
        self._started_s: float | None = None

    async def recv(self) -> av.AudioFrame:
        loop = asyncio.get_running_loop()
        if self._started_s is None:
            self._started_s = loop.time()
        due_s = self._started_s + self._sample / RATE_HZ
        await asyncio.sleep(max(0.0, due_s - loop.time()))
        positions = np.arange(self._sample, self._sample + FRAME_SAMPLES)
        wave = np.sin(2 * math.pi * self.tone_hz * positions / RATE_HZ) * AMPLITUDE
        samples = (wave if self.tone_hz else np.zeros(FRAME_SAMPLES)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        frame.pts = self._sample
        frame.time_base = Fraction(1, RATE_HZ)
        self._sample += FRAME_SAMPLES
        return frame


class VoicePeer:
    """Answers the relay's offer; hears all slots as one recording of the last seconds."""

    def __init__(self, joined: dict[str, Any], *, hear: bool = True) -> None:
        self.room_id: str = joined["room"]["id"]
        self._offer: str = joined["offer"]
        self._hears = hear
        self._microphone = _Tone()
        self._peer = RTCPeerConnection()
        self._connected = asyncio.Event()
        self._listeners: list[asyncio.Task[None]] = []
        self._heard: list[np.ndarray[Any, np.dtype[np.int16]]] = []
        self._news = asyncio.Event()
        self._peer.on("track", self._on_track)
        self._peer.on("connectionstatechange", self._on_state)

    async def answer(self) -> str:
        """Return the SDP answer: the microphone on `mic`, ears on every slot."""
        await self._peer.setRemoteDescription(RTCSessionDescription(self._offer, "offer"))
        for transceiver in self._peer.getTransceivers():
            if transceiver.mid == "mic":
                transceiver.sender.replaceTrack(self._microphone)
                transceiver.direction = "sendonly"
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        return str(self._peer.localDescription.sdp)

    async def connected(self) -> None:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            await self._connected.wait()

    @property
    def state(self) -> str:
        return str(self._peer.connectionState)

    async def say(self, tone_hz: float, seconds: float) -> None:
        self._microphone.tone_hz = tone_hz
        await asyncio.sleep(seconds)
        self._microphone.tone_hz = 0.0

    def talk(self, tone_hz: float) -> None:
        """Speak a tone until told otherwise; 0 is silence."""
        self._microphone.tone_hz = tone_hz

    async def hears(self, tone_hz: float, *, within_s: float = 5.0) -> bool:
        """Whether a tone stands out of what is heard before the time is up."""
        self._heard.clear()
        try:
            async with asyncio.timeout(within_s):
                while not self._stands_out(tone_hz):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _stands_out(self, tone_hz: float) -> bool:
        if not self._heard:
            return False
        samples = np.concatenate(self._heard[-10:]).astype(np.float64)
        if len(samples) < RATE_HZ // 10 or np.abs(samples).max() < AMPLITUDE / 20:
            return False
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
        loudest_hz = float(spectrum.argmax()) * RATE_HZ / len(samples)
        return abs(loudest_hz - tone_hz) < 2.5 * RATE_HZ / len(samples)

    def _on_track(self, track: MediaStreamTrack) -> None:
        if self._hears:
            work = self._listen(track)
            self._listeners.append(asyncio.create_task(work, name="voice.listen"))

    async def _listen(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if not isinstance(frame, av.AudioFrame):
                continue
            samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0]
            self._heard.append(samples.astype(np.int16))
            del self._heard[: -int(HEARD_SECONDS * RATE_HZ / FRAME_SAMPLES)]
            self._news.set()

    def _on_state(self) -> None:
        if self._peer.connectionState == "connected":
            self._connected.set()

    async def close(self) -> None:
        self._microphone.stop()
        await self._peer.close()
        for listener in self._listeners:
            listener.cancel()
        await asyncio.gather(*self._listeners, return_exceptions=True)
