"""What a page's microphone gives and what its slots play, sample by sample, with the time.

Read from the tracks themselves (MediaStreamTrackProcessor), not through Web Audio: its own clock
would leave out and repeat samples, and its buffers would be counted as the line's delay.
"""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from _speech import Samples, resampled
from playwright.async_api import Page

EARS = """
(() => {
  const ADDRESS = "%(address)s", PORT = %(port)d, SERVER = %(server)d;
  const ears = [];
  const peers = [];
  let isOn = false;
  let awaited = null;

  const hear = async (track, name) => {
    const ear = {name, rate: 0, pieces: [], frames: 0, beginMs: Infinity};
    ears.push(ear);
    const {readable} = new MediaStreamTrackProcessor({track, maxBufferSize: 200});
    const reader = readable.getReader();
    for (;;) {
      const {value, done} = await reader.read();
      if (done) return;
      const nowMs = performance.timeOrigin + performance.now();
      const piece = new Float32Array(value.numberOfFrames);
      value.copyTo(piece, {planeIndex: 0, format: "f32-planar"});
      ear.rate = value.sampleRate;
      value.close();
      if (awaited && nowMs >= awaited.fromMs && piece.some((sample) => Math.abs(sample) > 0.01)) {
        awaited.heard(nowMs);
        awaited = null;
      }
      if (!isOn) continue;
      ear.pieces.push(piece);
      ear.frames += piece.length;
      // The least delayed look at the track tells best when its first sample was there.
      ear.beginMs = Math.min(ear.beginMs, nowMs - 1_000 * ear.frames / ear.rate);
    }
  };

  const isOurs = (line) => line.includes(" udp ") && line.includes(` ${ADDRESS} ${SERVER} typ`);
  const throughTheLine = (sdp) => sdp.split("\\r\\n")
    .filter((line) => !line.startsWith("a=candidate:") || isOurs(line))
    .map((line) => line.replace(`${ADDRESS} ${SERVER} typ`, `${ADDRESS} ${PORT} typ`))
    .join("\\r\\n");

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) {
      super(...given);
      peers.push(this);
      this.addEventListener("track", ({track}) => hear(track, "slot"));
    }
    setRemoteDescription(description) {
      return super.setRemoteDescription({...description, sdp: throughTheLine(description.sdp)});
    }
  };

  const statistics = async (type) => {
    const found = [];
    for (const peer of peers) {
      if (peer.connectionState !== "connected") continue;
      for (const of of (await peer.getStats()).values()) if (of.type === type) found.push(of);
    }
    return found;
  };

  window.benchEars = {
    begin() {
      for (const ear of ears) Object.assign(ear, {pieces: [], frames: 0, beginMs: Infinity});
      isOn = true;
    },
    hearMicrophone() {
      for (const peer of peers) for (const {track} of peer.getSenders()) {
        if (track && peer.connectionState === "connected") hear(track, "microphone");
      }
    },
    end(name) {
      isOn = false;
      return ears.filter((ear) => ear.name === name && ear.frames).map((ear) => {
        const all = new Int16Array(ear.frames);
        let at = 0;
        for (const piece of ear.pieces.splice(0)) for (const sample of piece) {
          all[at++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
        }
        let text = "";
        const bytes = new Uint8Array(all.buffer);
        for (let from = 0; from < bytes.length; from += 32768) {
          text += String.fromCharCode(...bytes.subarray(from, from + 32768));
        }
        return [ear.rate, ear.beginMs, btoa(text)];
      });
    },
    soundAfter: (fromMs) => new Promise((heard) => awaited = {fromMs, heard}),
    counts: async () => {
      const sum = {
        concealed: 0, delayed_s: 0, emitted: 0, received: 0, lost: 0, sent: 0, sent_bytes: 0,
        lost_there: 0,
      };
      for (const of of await statistics("inbound-rtp")) {
        sum.received += of.packetsReceived;
        sum.lost += of.packetsLost;
        sum.concealed += of.concealedSamples - of.silentConcealedSamples;
        sum.delayed_s += of.jitterBufferDelay;
        sum.emitted += of.jitterBufferEmittedCount;
      }
      for (const of of await statistics("outbound-rtp")) {
        sum.sent += of.packetsSent;
        sum.sent_bytes += of.bytesSent;
      }
      for (const of of await statistics("remote-inbound-rtp")) sum.lost_there += of.packetsLost;
      return sum;
    },
  };
})();
"""


@dataclass(frozen=True, slots=True)
class Recording:
    """Mono at 16 kHz. `begin_ms`: when its first sample was there, by the machine's clock."""

    samples: Samples
    begin_ms: float


@dataclass(frozen=True, slots=True)
class Counts:
    """What a page's connections have counted so far."""

    concealed: int  # samples made up while somebody talked
    delayed_s: float  # all that samples have waited in the jitter buffer, together
    emitted: int
    received: int  # packets
    lost: int
    sent: int
    sent_bytes: int
    lost_there: int  # of those sent, as the server reports


def ears_of(*, address: str, line_port: int, server_port: int) -> str:
    """Return the script of a page that listens to itself and is on a line to the server.

    Of the server's candidates it knows this address only, and takes the line's port for its own.
    """
    return EARS % {"address": address, "port": line_port, "server": server_port}


async def hear_microphone(page: Page) -> None:
    """Record what the microphone of the page's connection gives as well."""
    await page.evaluate("benchEars.hearMicrophone()")


async def begin(page: Page) -> None:
    await page.evaluate("benchEars.begin()")


async def end(page: Page, name: str) -> Recording:
    """Return what the loudest of these tracks gave: "microphone" or "slot"."""
    taken: list[Any] = await page.evaluate(f"benchEars.end('{name}')")
    recordings = [
        Recording(resampled(samples_of(text), rate_hz), begin_ms)
        for rate_hz, begin_ms, text in taken
    ]
    return max(recordings, key=lambda each: float(np.square(each.samples).sum()))


def samples_of(text: str) -> Samples:
    return np.frombuffer(base64.b64decode(text), dtype="<i2").astype(np.float64) / 32_768


async def counts(page: Page) -> Counts:
    return Counts(**await page.evaluate("benchEars.counts()"))


async def sound_after(page: Page, from_ms: float) -> float:
    """Wait until the page plays something; both times by the machine's clock."""
    heard_ms: float = await page.evaluate(f"benchEars.soundAfter({from_ms})")
    return heard_ms
