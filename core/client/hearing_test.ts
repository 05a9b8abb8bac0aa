import assert from "node:assert/strict";
import { signal } from "@preact/signals";
import type { Microphone } from "./microphone.ts";
import { CommandError, type Phase } from "./socket.ts";
import { Store } from "./store.ts";
import { Voice } from "./voice.ts";
import type { EventFrame, Hello, Participant } from "./wire.ts";

const SPEAKER: Participant = {
  room_id: "40",
  account_id: "2",
  joined_at: "2026-01-01T00:00:00.000Z",
  may_speak: true,
  muted: false,
  deafened: false,
  deafened_by_host: false,
  silenced: false,
  connected: true,
};

class FakeStream {
  constructor(readonly tracks: readonly FakeTrack[]) {}

  getTracks(): readonly FakeTrack[] {
    return this.tracks;
  }
}

class FakeTrack {
  enabled = true;
}

class FakeElement {
  readonly dataset = {};
  srcObject: FakeStream | null = null;

  play(): Promise<void> {
    return Promise.resolve();
  }
}

/** One slot, whose track is there as soon as the offer is taken. */
class FakeConnection extends EventTarget {
  connectionState = "connected";
  ontrack: ((event: unknown) => void) | null = null;
  readonly track = new FakeTrack();
  readonly localDescription = { sdp: "answer" };

  setRemoteDescription(): Promise<void> {
    this.ontrack?.({ track: this.track, transceiver: { mid: "s0" } });
    return Promise.resolve();
  }

  getTransceivers = () => [];
  createAnswer = () => Promise.resolve({ type: "answer", sdp: "" });
  setLocalDescription = () => Promise.resolve();

  close(): void {
    this.connectionState = "closed";
  }
}

/** A page with one door, and what it plays. */
class Page {
  readonly elements: FakeElement[] = [];
  readonly connection = new FakeConnection();
  readonly store = new Store();
  readonly socketPhase = signal<Phase>("open");
  /** What was in the element when the server was asked to let somebody in. */
  heardAtTheDoor: unknown = null;
  refusal: CommandError | null = null;

  readonly voice = new Voice({
    command: (type) => {
      if (type !== "room.join") return Promise.resolve({ peer: "p", offer: "o", turn: [] });
      this.heardAtTheDoor = this.heard();
      if (this.refusal) return Promise.reject(this.refusal);
      return Promise.resolve({ peer: "p", offer: null, slots: [], speaking: [] });
    },
    socketPhase: this.socketPhase,
    renewSocket: () => {},
    store: this.store,
    microphone: {
      state: { value: "off" },
      open: () => Promise.resolve(null),
      close: () => {},
      prepare: () => {},
      hearFor: () => {},
    } as unknown as Microphone,
    connection: () => this.connection as unknown as RTCPeerConnection,
    now: () => 0,
    every: () => () => {},
    onEnded: () => {},
  });

  constructor() {
    const createElement = () => this.elements[this.elements.push(new FakeElement()) - 1];
    const document = { createElement, body: { append: () => {} } };
    Object.assign(globalThis, { document, MediaStream: FakeStream });
    const live = {
      here: [],
      away: [],
      busy: [],
      participants: [SPEAKER],
      room_states: [],
      speaking: [],
      slots: [{ room_id: "40", slots: ["2"] }],
      visitors: [],
    };
    const hello = { account: { id: "1" }, snapshot: null, live, permissions: [] };
    this.store.welcome(hello as unknown as Hello);
  }

  heard(): FakeTrack | null {
    return this.elements[0]?.srcObject?.tracks[0] ?? null;
  }

  becomes(changed: Partial<Participant>): void {
    const data = { ...SPEAKER, ...changed };
    this.store.apply({ event: "participant.changed", data } as EventFrame, 0);
  }

  async goIn(): Promise<void> {
    this.voice.prepare("40");
    await this.voice.join("40", true);
  }
}

function atPage(name: string, work: (page: Page) => Promise<void>): void {
  Deno.test(name, () => work(new Page()));
}

atPage("a line that stands at the door is played before the server is asked", async (page) => {
  await page.goIn();
  assert.equal(page.heardAtTheDoor, page.connection.track);
  assert.equal(page.heard(), page.connection.track);
});

atPage("whose door stays closed hears nothing of what was prepared", async (page) => {
  page.refusal = new CommandError({ code: "conflict", message: "All 12 seats are taken." });
  await page.goIn();
  assert.equal(page.heardAtTheDoor, page.connection.track);
  assert.equal(page.heard(), null);
});

atPage("who is muted by a host is silent at once, with what waits to be played", async (page) => {
  await page.goIn();
  assert.equal(page.connection.track.enabled, true);
  page.becomes({ silenced: true, muted: true });
  assert.equal(page.connection.track.enabled, false);
  page.becomes({ silenced: false, muted: false });
  assert.equal(page.connection.track.enabled, true);
  page.becomes({ may_speak: false });
  assert.equal(page.connection.track.enabled, false);
});

atPage("who mutes themselves is heard to the end of what they said", async (page) => {
  await page.goIn();
  page.becomes({ muted: true });
  assert.equal(page.connection.track.enabled, true);
});

atPage("who was muted before one came is silent from the first moment on", async (page) => {
  page.becomes({ silenced: true });
  await page.goIn();
  assert.equal(page.connection.track.enabled, false);
});
