/** A house for the tests of `Voice`: a server that answers, lines that stand, a clock to push. */

import { signal } from "@preact/signals";
import { POLL_MS } from "./line_watch.ts";
import type { Microphone, MicState } from "./microphone.ts";
import type { CommandError, Phase } from "./socket.ts";
import { Store } from "./store.ts";
import { Voice } from "./voice.ts";
import type { EventFrame, Hello, Participant, RoomSound } from "./wire.ts";

export const ME = "1";
export const PLACE: Participant = {
  room_id: "40",
  account_id: ME,
  joined_at: "2026-01-01T00:00:00.000Z",
  may_speak: true,
  muted: true,
  deafened: false,
  silenced: false,
  deafened_by_host: false,
  connected: true,
};

/** A connection that stands as soon as it is answered, until it is told otherwise. */
class FakeConnection extends EventTarget {
  connectionState = "new";
  ontrack: unknown = null;
  packets = 0;
  answered = "";
  readonly sent: unknown[] = [];
  readonly localDescription = { sdp: "answer" };
  readonly mic = {
    mid: "mic",
    direction: "inactive",
    sender: { replaceTrack: (track: unknown) => Promise.resolve(void this.sent.push(track)) },
  };

  readonly offers: string[] = [];

  setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    return Promise.resolve(void this.offers.push(sdp));
  }

  getTransceivers(): unknown[] {
    return [this.mic];
  }

  createAnswer(): Promise<RTCSessionDescriptionInit> {
    const lines = ["a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1", ""];
    return Promise.resolve({ type: "answer", sdp: lines.join("\r\n") });
  }

  setLocalDescription(answer: RTCSessionDescriptionInit): Promise<void> {
    this.answered = answer.sdp ?? "";
    this.connectionState = "connected";
    return Promise.resolve();
  }

  getStats(): Promise<Map<string, unknown>> {
    return Promise.resolve(new Map([["t", { type: "transport", packetsReceived: this.packets }]]));
  }

  close(): void {
    this.connectionState = "closed";
  }
}

export class House {
  readonly asked: { type: string; [field: string]: unknown }[] = [];
  readonly connections: FakeConnection[] = [];
  readonly ended: string[] = [];
  readonly socketPhase = signal<Phase>("open");
  readonly store = new Store();
  readonly mic = { id: "track" };
  readonly sounds: RoomSound[] = [];
  micState: MicState = "on";
  /** Whether the server still knows the lines it gave. */
  linesStand = true;
  renewals = 0;
  refusal: CommandError | null = null;
  offer = "o";
  nowMs = 0;
  #polls = new Set<() => void>();

  readonly voice = new Voice({
    command: (type, fields) => {
      this.asked.push({ type, ...fields });
      if (this.refusal) return Promise.reject(this.refusal);
      const offer = type === "room.join" && this.linesStand && fields["peer"] ? null : this.offer;
      return Promise.resolve({ peer: "p", offer, slots: [], speaking: [] });
    },
    socketPhase: this.socketPhase,
    renewSocket: () => this.renewals += 1,
    store: this.store,
    microphone: {
      state: { value: this.micState },
      open: () => Promise.resolve(this.micState === "on" ? this.mic : null),
      close: () => {},
      prepare: () => {},
      hearFor: (sound: RoomSound) => this.sounds.push(sound),
    } as unknown as Microphone,
    connection: () => {
      const connection = new FakeConnection();
      this.connections.push(connection);
      return connection as unknown as RTCPeerConnection;
    },
    now: () => this.nowMs,
    every: (_ms, call) => {
      this.#polls.add(call);
      return () => this.#polls.delete(call);
    },
    onEnded: (_room, reason) => this.ended.push(reason),
  });

  constructor() {
    this.store.welcome({
      account: { id: ME },
      snapshot: null,
      live: {
        here: [],
        away: [],
        busy: [],
        participants: [PLACE],
        room_states: [],
        speaking: [],
        slots: [],
        visitors: [],
      },
      permissions: [],
    } as unknown as Hello);
  }

  /** Lets time go by, a poll at a time, with everything that follows from it. */
  async pass(ms: number): Promise<void> {
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs += POLL_MS;
      this.#polls.forEach((poll) => poll());
      await settled();
    }
  }

  /** The room is for something else now, or is talked in otherwise. */
  becomes(sound: RoomSound, pushToTalk = false): void {
    const data = { id: "40", sound, push_to_talk: pushToTalk };
    this.store.apply({ event: "room.changed", data } as EventFrame, this.nowMs);
  }

  types(): string[] {
    return this.asked.map((command) => command.type);
  }

  last(type: string): Record<string, unknown> | undefined {
    return this.asked.findLast((command) => command.type === type);
  }
}

export async function settled(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
}
