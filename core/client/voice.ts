/**
 * Being in a room: come in, be heard, hear, and find the way back.
 *
 * There is one way in and the same way back: `room.join` with a new `RTCPeerConnection`. The server
 * makes the offer and nothing is ever renegotiated: muting is `replaceTrack(null)`, who sits in
 * which slot comes by event. A dead path is seen after 1.5 s without a packet; then the socket is
 * made anew as well, because it may hang for minutes on a network that is gone. The old connection
 * is closed when the new one stands.
 *
 * Only a server that goes to another port or address asks the connections to come along
 * (`voice.moving`): a new offer to the same connection, which goes on meanwhile.
 *
 * A page that shows a door prepares a line (`voice.prepare`): a connection that stands before the
 * person goes in and carries nothing until then. Going in with it takes one word to the server; one
 * that has ended meanwhile costs nothing but the usual way in.
 *
 * Who asks for another room leaves the one they are in when the other has let them in, and not before:
 * meanwhile they say and hear nothing, and if they are refused they are back in it.
 *
 * `Voice` owns the connection, what is heard of it (`hearing.ts`) and the microphone.
 */

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { AtDoor } from "./at_door.ts";
import { opened, pause, Returns } from "./coming_back.ts";
import { connected, isDead, isRefused, type Line, Superseded, takeOffer } from "./connection.ts";
import type { Followed, Following } from "./following.ts";
import { Hearing } from "./hearing.ts";
import { packetsIn, POLL_MS, StallWatch } from "./line_watch.ts";
import { volumeOf } from "./loudness.ts";
import type { Microphone } from "./microphone.ts";
import { arrivesMuted, micWish, talkMode } from "./prefs.ts";
import { CommandError, type Phase as SocketPhase } from "./socket.ts";
import type { Store } from "./store.ts";
import type { EventFrame, Hello, Joined, Moving, Offered, Participant, Refusal } from "./wire.ts";

export type VoicePhase = "out" | "opening" | "in" | "reconnecting" | "stuck";

/** The server keeps a lost place for this long. */
export const PLACE_KEPT_MS = 45_000;
const CONNECT_WITHIN_MS = 10_000;
const BACK_CONNECT_WITHIN_MS = 4_000;
const RELEASE_MS = 250;
const UNKNOWN_LINE: Followed = { quality: "unknown", steps: 0, isUp: false, quiet: new Map() };

/** The room that is left when another one has let one in. */
interface Behind {
  readonly roomId: string;
  readonly line: Line;
  readonly hadMicrophone: boolean;
}

export interface VoiceParts {
  readonly command: (type: string, fields: Readonly<Record<string, unknown>>) => Promise<
    Record<string, unknown>
  >;
  readonly socketPhase: ReadonlySignal<SocketPhase>;
  readonly renewSocket: () => void;
  readonly store: Store;
  readonly microphone: Microphone;
  readonly connection: (turn: RTCIceServer[]) => RTCPeerConnection;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Calls back again and again, until the function returned is called. */
  readonly every: (ms: number, call: () => void) => () => void;
  /** Told why the person is no longer in a room although they did not ask to leave. */
  readonly onEnded: (roomId: string, reason: string) => void;
}

export class Voice {
  readonly #parts: VoiceParts;
  readonly #phase = signal<VoicePhase>("out");
  readonly #roomId = signal<string | null>(null);
  readonly #muted = signal(true);
  readonly #deafened = signal(false);
  readonly #held = signal(false); // push to talk is pressed
  readonly #quality = signal<Followed>(UNKNOWN_LINE);
  readonly #refusal = signal<Refusal | null>(null);
  readonly #hearing = new Hearing();
  readonly #door: AtDoor;
  #line: Line | null = null;
  #lines: readonly Line[] = []; // the one in use, one at a door, one on its way
  #behind: Behind | null = null;
  #session = ""; // this sign-in, to know it from another device's
  #attempt = 0; // a later join or leave makes the steps of an earlier one void
  #unwatch: () => void = () => {};
  readonly #returns = new Returns();
  #wasMutedBeforeDeafen = true;
  #wasSilenced = false;
  #release: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: VoiceParts) {
    this.#parts = parts;
    this.#door = new AtDoor(parts.now, (roomId) => this.#lineTo(roomId));
    effect(() => this.#route());
    effect(() => this.#feed(this.#isOpen.value));
    effect(() => this.#hearFor());
  }

  readonly phase: ReadonlySignal<VoicePhase> = this.#phase;
  readonly roomId: ReadonlySignal<string | null> = this.#roomId;
  readonly muted: ReadonlySignal<boolean> = this.#muted;
  readonly deafened: ReadonlySignal<boolean> = this.#deafened;
  readonly held: ReadonlySignal<boolean> = this.#held;
  readonly line: ReadonlySignal<Followed> = this.#quality;
  /** Why the door did not open. */
  readonly refusal: ReadonlySignal<Refusal | null> = this.#refusal;
  /** Whether what the microphone hears is sent now. */
  readonly #isOpen = computed(() => !this.#muted.value && (!this.pushes.value || this.#held.value));
  readonly #room = computed(() => this.#parts.store.rooms.value.get(this.#roomId.value ?? ""));
  readonly #sound = computed(() => this.#room.value?.sound);
  /** Whether one is heard only while a key or a button is held: by choice, or for the room. */
  readonly pushes: ReadonlySignal<boolean> = computed(() =>
    talkMode.value === "push" || this.#room.value?.push_to_talk === true
  );

  // -- at the door

  /** Has a line stand at a door that is shown; again and again is once. */
  prepare(roomId: string): void {
    if (this.#roomId.value || this.#parts.socketPhase.value !== "open") return;
    if (this.#door.prepare(roomId)) this.#parts.microphone.prepare();
  }

  /** The door is no longer shown. */
  readonly unprepare = () => this.#door.leave();

  async #lineTo(roomId: string): Promise<Line> {
    const offered = await this.#parts.command("voice.prepare", { room: roomId });
    return await this.#answer(offered as unknown as Offered, roomId);
  }

  // -- in and out

  /** `listens`: without a microphone, which would not be heard. */
  async join(roomId: string, listens = false): Promise<void> {
    if (this.#roomId.value === roomId && this.#phase.value === "in") return;
    this.#stepOut();
    const attempt = this.#begin("opening");
    this.#deafened.value = false;
    this.#roomId.value = roomId;
    const talks = micWish.value === "talk" && !listens;
    if (talks) void this.#parts.microphone.open();
    if (await this.#enter(attempt, roomId, CONNECT_WITHIN_MS)) {
      if (!arrivesMuted.value && talks) await this.setMuted(false);
    } else if (attempt === this.#attempt && !this.#stepBack()) {
      this.#phase.value = "stuck";
    }
  }

  /** Immediate for the person; the server is told at the same time. */
  leave(): void {
    const rooms = [this.#roomId.value, this.#behind?.roomId];
    this.#stop();
    rooms.forEach((roomId) => roomId && this.#sayGone(roomId));
  }

  #sayGone(roomId: string): void {
    this.#parts.command("room.leave", { room: roomId }).catch(() => {});
  }

  /** Another tab or device took the place: give it up without telling the server. */
  yield(): void {
    if (this.#roomId.value) this.#stop();
  }

  // -- choices

  async setMuted(muted: boolean): Promise<void> {
    const room = this.#roomId.value;
    if (!room) return;
    if (!muted && !(await this.#parts.microphone.open())) return;
    if (!muted) micWish.value = "talk";
    const before = this.#muted.value;
    this.#muted.value = muted;
    if (!muted && this.#deafened.value) this.#deafened.value = false;
    await this.#tell(() => this.#muted.value = before);
  }

  async setDeafened(deafened: boolean): Promise<void> {
    if (!this.#roomId.value) return;
    if (deafened) this.#wasMutedBeforeDeafen = this.#muted.value;
    this.#deafened.value = deafened;
    this.#muted.value = deafened ? true : this.#wasMutedBeforeDeafen;
    await this.#tell(() => {});
  }

  /** Push to talk: opens at once, and unmutes; closes a moment after, so that no word is cut. */
  hold(isHeld: boolean): void {
    clearTimeout(this.#release);
    const isKept = this.#isKeptSilent(this.#parts.store.world.value.me);
    if (isHeld && this.#muted.value && !isKept) void this.setMuted(false);
    if (isHeld) this.#held.value = true;
    else this.#release = setTimeout(() => this.#held.value = false, RELEASE_MS);
  }

  /** The microphone, or how it is cleaned, was chosen anew. */
  async changeMicrophone(): Promise<void> {
    if (!["on", "asking"].includes(this.#parts.microphone.state.value)) return;
    const track = await this.#parts.microphone.reopen();
    if (this.#isOpen.value) await this.#line?.sender?.replaceTrack(track);
  }

  // -- what the server says

  hello(hello: Hello): void {
    this.#session = hello.session_id;
    if (hello.live.voice_session_id) this.#moved(hello.live.voice_session_id);
    if (this.#phase.value !== "in") return; // the way back is under way already
    const place = this.#parts.store.participants.value.get(this.#parts.store.world.value.me);
    if (place && place.room_id !== this.#roomId.value) { // sent there while the line was away
      this.#muted.value = true;
      this.#roomId.value = place.room_id;
    }
    if (!place?.connected) this.#comeBack();
  }

  /** The device that asked for the place last has it; one that is asking now will see. */
  #moved(sessionId: string): void {
    if (sessionId === this.#session) return;
    if (this.#phase.value === "opening") this.#giveUpBehind();
    else this.yield();
  }

  /** The page did not run for so long; longer than a place is kept, and one is muted. Tells if not. */
  woke(sleptMs: number): boolean {
    const isKept = sleptMs < PLACE_KEPT_MS;
    if (!isKept) void this.setMuted(true);
    this.#parts.renewSocket();
    const phase = this.#phase.value;
    const isWaiting = phase === "stuck" && !isRefused(this.#refusal.value);
    if (phase === "reconnecting" || isWaiting) this.#comeBack();
    return isKept;
  }

  hear(frame: EventFrame): void {
    if (frame.event === "voice.moved") return this.#moved(frame.data.session_id);
    if (frame.event === "voice.moving") return void this.#follow(frame.data);
    const me = this.#parts.store.world.value.me;
    const { room_id, account_id, reason } = frame.data ?? {};
    if (account_id !== me || room_id !== this.#roomId.value) return;
    if (frame.event === "participant.left") this.#left(room_id, reason);
    else if (frame.event.startsWith("participant.")) this.#ruled(frame.data);
  }

  /** Whom a host lets speak again is as the server has them: muted, unless all of it was undone. */
  #ruled({ may_speak, silenced, muted }: Participant): void {
    if (!may_speak) this.#muted.value = true;
    else if (this.#wasSilenced && !silenced) this.#muted.value = muted;
    this.#wasSilenced = silenced;
  }

  #left(roomId: string, reason: string): void {
    if (reason !== "lost" && reason !== "shutdown") {
      this.#stop();
      this.#parts.onEnded(roomId, reason);
    } else if (this.#phase.value === "in") this.#comeBack(); // or is under way already
  }

  /** Goes where the server is reached from now on; a line that does not arrive is seen to stall. */
  async #follow({ room_id, peer, offer }: Moving): Promise<void> {
    const connection = this.#lines.find((line) => line.peer === peer)?.connection;
    if (!connection || isDead(connection)) return;
    try {
      await this.#agree({ peer, offer }, room_id, connection);
    } catch {
      // The way back stays.
    }
  }

  // -- one way in, one way back

  async #enter(attempt: number, roomId: string, withinMs: number): Promise<boolean> {
    const old = this.#line?.connection;
    let line = await this.#door.taken(roomId);
    if (line && !old) this.#play(line);
    try {
      const peer = line ? { peer: line.peer } : {};
      const answer = await this.#parts.command("room.join", { room: roomId, ...peer });
      if (attempt !== this.#attempt && roomId !== this.#roomId.value) this.#sayGone(roomId);
      if (attempt !== this.#attempt) throw new Superseded();
      this.#giveUpBehind();
      const { peer: id, offer, turn } = answer as unknown as Joined;
      if (offer) {
        line?.connection.close();
        line = await this.#answer({ peer: id, offer, turn }, roomId);
        if (!old && attempt === this.#attempt) this.#play(line);
      }
      if (!line) throw new Superseded();
      await connected(line.connection, withinMs);
      if (attempt !== this.#attempt) throw new Superseded();
    } catch (error) {
      line?.connection.close();
      if (!old && attempt === this.#attempt) this.#hearing.silence();
      if (error instanceof CommandError) this.#refusal.value = error;
      return false;
    }
    if (old) this.#play(line);
    old?.close();
    this.#isIn(line);
    return true;
  }

  #isIn(line: Line): void {
    this.#line = line;
    this.#phase.value = "in";
    this.#refusal.value = null;
    this.#watchLine(line.connection);
    this.#feed(this.#isOpen.value);
  }

  // -- from one room to another

  /** Says and hears nothing more of the room one is in, and keeps the line to it for now. */
  #stepOut(): void {
    this.#muted.value = true;
    const [line, roomId] = [this.#line, this.#roomId.value];
    if (!line || !roomId) return;
    this.#line = null;
    this.#hearing.silence();
    this.#behind = { roomId, line, hadMicrophone: this.#parts.microphone.state.value === "on" };
  }

  /** Who was refused elsewhere is where and as they were, if they still have their place there. */
  #stepBack(): boolean {
    const [behind, refusal] = [this.#behind, this.#refusal.value];
    const { world, participants } = this.#parts.store;
    const place = participants.value.get(world.value.me);
    if (!behind || !place || place.room_id !== behind.roomId) {
      this.#giveUpBehind();
      return false;
    }
    this.#behind = null;
    if (!behind.hadMicrophone) this.#parts.microphone.close();
    this.#roomId.value = behind.roomId;
    this.#play(behind.line);
    this.#isIn(behind.line);
    this.#deafened.value = place.deafened;
    this.#muted.value = place.muted || !place.may_speak;
    if (isDead(behind.line.connection)) this.#comeBack();
    this.#refusal.value = refusal;
    return true;
  }

  #giveUpBehind(): void {
    this.#behind?.line.connection.close();
    this.#behind = null;
  }

  /**
   * Before the first packet, unless another connection is still heard: a browser takes a while until
   * an element plays, which is as long as the server takes to let somebody in.
   */
  #play(line: Line): void {
    line.tracks.forEach((track, mid) => this.#hearing.hear(mid, track));
    this.#route();
  }

  async #answer({ peer, offer, turn }: Offered, roomId: string): Promise<Line> {
    const connection = this.#parts.connection(turn);
    const tracks = new Map<string, MediaStreamTrack>();
    connection.ontrack = ({ track, transceiver }) => tracks.set(transceiver.mid ?? "", track);
    try {
      const sender = await this.#agree({ peer, offer }, roomId, connection);
      const line = { peer, connection, sender, tracks };
      this.#lines = [...this.#lines.filter((each) => !isDead(each.connection)), line];
      return line;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async #agree(
    { peer, offer }: Omit<Offered, "turn">,
    roomId: string,
    connection: RTCPeerConnection,
  ): Promise<RTCRtpSender | null> {
    const sender = await takeOffer(connection, () => offer);
    const sdp = connection.localDescription?.sdp;
    await this.#parts.command("voice.answer", { room: roomId, peer, sdp });
    return sender;
  }

  #comeBack(): void {
    const roomId = this.#roomId.value;
    if (!roomId) return;
    const attempt = this.#begin("reconnecting");
    if (this.#returns.areTooMany(this.#parts.now())) {
      this.#phase.value = "stuck";
      return;
    }
    const until = Date.now() + PLACE_KEPT_MS;
    void this.#tryBack(attempt, roomId, until);
  }

  async #tryBack(attempt: number, roomId: string, untilMs: number): Promise<void> {
    while (attempt === this.#attempt && Date.now() < untilMs) {
      const isOpen = await opened(this.#parts.socketPhase, untilMs);
      if (attempt !== this.#attempt) return;
      if (isOpen && await this.#enter(attempt, roomId, BACK_CONNECT_WITHIN_MS)) {
        await this.#tell(() => {});
        return;
      }
      if (isRefused(this.#refusal.value)) break;
      await pause();
    }
    if (attempt === this.#attempt) this.#phase.value = "stuck";
  }

  // -- the line

  #watchLine(connection: RTCPeerConnection): void {
    const { now, every, renewSocket, store } = this.#parts;
    const stall = new StallWatch(now());
    let following: Following | null = null; // until then nothing is known of the line
    import("./following.ts").then((module) => following = new module.Following(), () => {});
    this.#unwatch();
    this.#unwatch = every(POLL_MS, async () => {
      const report = await connection.getStats();
      if (connection !== this.#line?.connection || this.#phase.value !== "in") return;
      const seats = store.slots.value.get(this.#roomId.value ?? "") ?? [];
      const me = store.world.value.me;
      const seen = following?.follow(report, connection, now(), [me, ...seats]);
      if (seen) this.#quality.value = seen;
      if (!isDead(connection) && !stall.isStalled(packetsIn(report), now())) return;
      renewSocket();
      this.#comeBack();
    });
  }

  // -- sound

  #route(): void {
    const { slots, privacy } = this.#parts.store;
    const seats = slots.value.get(this.#roomId.value ?? "") ?? [];
    const volumes = seats.map((account) => {
      if (!account) return 1;
      return this.#isKeptSilent(account) ? 0 : volumeOf(account, privacy.value);
    });
    this.#hearing.set(volumes, this.#deafened.value);
  }

  /** Nothing more of them comes; what has come and is not played yet is not to be heard either. */
  #isKeptSilent(account: string): boolean {
    const person = this.#parts.store.participants.value.get(account);
    return person?.silenced === true || person?.may_speak === false;
  }

  /** The room is for something else now: its offers are others. */
  #hearFor(): void {
    const sound = this.#sound.value;
    if (!sound) return;
    this.#parts.microphone.hearFor(sound);
    if (this.#phase.peek() === "in") queueMicrotask(() => this.#comeBack());
  }

  /** Gives the connection the microphone, or nothing. */
  #feed(isOpen: boolean): void {
    const sender = this.#line?.sender;
    if (!sender) return;
    if (!isOpen) void sender.replaceTrack(null);
    else void this.#parts.microphone.open().then((track) => sender.replaceTrack(track));
  }

  async #tell(undo: () => void): Promise<void> {
    const room = this.#roomId.value;
    if (!room || this.#phase.value !== "in") return;
    const choices = { muted: this.#muted.value, deafened: this.#deafened.value };
    try {
      await this.#parts.command("voice.set", { room, ...choices });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.code === "lost") return; // told again on the way back
      undo();
      this.#refusal.value = error;
    }
  }

  // -- beginning and end of an attempt

  #begin(phase: VoicePhase): number {
    this.#unwatch();
    this.#phase.value = phase;
    this.#refusal.value = null;
    this.#quality.value = UNKNOWN_LINE;
    return ++this.#attempt;
  }

  #stop(): void {
    this.#begin("out");
    this.#giveUpBehind();
    this.#line?.connection.close();
    this.#line = null;
    this.#roomId.value = null;
    this.#muted.value = true;
    this.#hearing.silence();
    this.#parts.microphone.close();
  }
}
