/** The bar across the bottom: which room, who talks, how the line is, and one's own switches. */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { lazily } from "../app/lazily.tsx";
import { Slot } from "../app/slot.tsx";
import { listed, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button, Link } from "../kit/button.tsx";
import { Doorway, TalkingBars } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import { keepFocus } from "../kit/layers.ts";
import { LineMeter } from "../kit/meter.tsx";
import { toast } from "../kit/toast.tsx";
import { talkKey } from "../prefs.ts";
import { HandButton } from "../stage/hand_button.tsx";
import { asksAt, listensAt, partOf, speaksAt, stageOf, type StageState } from "../stage/stage.ts";
import { PLACE_KEPT_MS } from "../voice.ts";
import { peopleIn } from "../world.ts";
import { type Participant, type Room, STAGE } from "../wire.ts";
import { useChimes } from "./chimes.ts";
import { HoldButton } from "./hold_button.tsx";
import { leaveWithWayBack } from "./leaving.ts";
import { MutedTalk } from "./muted_talk.ts";
import { RoomReactions } from "./reactions.tsx";
import { useRuledSaid, useRuler } from "./ruled.ts";
import { isHeldBack, isTaken, useStaying } from "./staying.ts";
import { VoiceButton } from "./voice_button.tsx";

const StageInvitation = lazily(() => import("../stage/invitation.tsx"), "dialog");
const VoiceSheet = lazily(() => import("./voice_sheet.tsx"), "dialog");

const FACES_SHOWN = 6;

export default function VoiceBar() {
  const app = useApp();
  const room = app.store.rooms.value.get(app.voice.roomId.value ?? "");
  useShortcuts();
  useMutedReminder();
  useChimes();
  useStaying(room);
  useStayingOfHost(room);
  useRuledSaid();
  const phase = app.voice.phase.value;
  const people = room ? peopleIn(app.store.world.value, room.id) : [];
  const isListener = !!room && listensAt(app.store.world.value, room);
  useFocusKept(`${phase} ${people.length === 0} ${isListener}`);
  if (!room) return null;
  return (
    <section
      class={phase === "stuck" ? "vbar stuck" : "vbar"}
      aria-label={t("voice.bar", { room: room.name })}
    >
      <Doorway icon={app.slots.iconOf(room)} lit={phase === "in"} size="s" />
      <Link to={`/r/${room.slug}`} class="vroom">
        <span class="trunc semi">
          <bdi>{room.name}</bdi>
        </span>
        <span class={phase === "stuck" ? "xs muted" : "xs muted doing"} role="status">
          <Words room={room} people={people} />
        </span>
      </Link>
      <Faces room={room} people={people} />
      <Line />
      {phase !== "stuck" && <More room={room} people={people} />}
      {room.kind === STAGE && <StageInvitation room={room} />}
      <div class="ctl">
        <Slot place="voice-bar" props={{ room }} room={room} />
        {phase === "in" && <RoomReactions room={room} />}
        <Controls room={room} people={people} />
      </div>
    </section>
  );
}

interface InRoom {
  readonly room: Room;
  readonly people: readonly Participant[];
}

/** What the bar says under the room's name. */
function Words({ room, people }: InRoom) {
  const app = useApp();
  const { voice, store, microphone } = app;
  const me = store.participants.value.get(store.world.value.me);
  const muter = useRuler("silenced", room);
  const isOwn = app.ruled.value.silenced?.by_account_id === me?.account_id;
  const deafener = useRuler("deafened", room);
  switch (voice.phase.value) {
    case "opening":
      return <>{t("voice.connecting")}</>;
    case "reconnecting":
      return <>{t("voice.reconnect")}</>;
    case "stuck":
      return <>{voice.refusal.value?.message ?? t("voice.stuck")}</>;
  }
  if (isHeldBack.value) return <>{t("voice.held_back")}</>;
  if (isTaken.value) return <>{t("voice.mic_taken")}</>;
  const { quality, isUp } = voice.line.value;
  if (quality === "weak") return <>{t(isUp ? "voice.weak_up" : "voice.weak")}</>;
  if (quality === "poor") return <>{t(isUp ? "voice.poor_up" : "voice.poor")}</>;
  if (voice.deafened.value) return <>{t("voice.deafened")}</>;
  if (me?.deafened_by_host) {
    return <>{deafener ? t("ruled.deafened", { name: deafener }) : t("voice.deafened_host")}</>;
  }
  if (microphone.state.value === "denied") return <>{t("voice.listening")}</>;
  const stage = stageOf(store.world.value, room);
  if (me?.silenced && stage && asksAt(stage, me.account_id)) {
    return <>{t(...handInWords(stage, me.account_id))}</>;
  }
  if (me?.silenced && muter && isOwn) return <>{t("ruled.silenced_self")}</>;
  if (me?.silenced && muter) {
    return <>{t(stage ? "ruled.silenced_ask" : "ruled.silenced", { name: muter })}</>;
  }
  if (me?.silenced) return <>{t(stage ? "voice.silenced_ask" : "voice.silenced")}</>;
  if (store.speaking.value.get(me?.room_id ?? "")?.includes(store.world.value.me)) {
    return (
      <>
        {t(voice.line.value.quiet.has(store.world.value.me) ? "voice.you_quiet" : "voice.you_talk")}
      </>
    );
  }
  if (voice.pushes.value && me?.may_speak) return <>{holdWords()}</>;
  if (stage) return <>{t(...partInWords(stage, store.world.value.me))}</>;
  const others = people.length - 1;
  return <>{others > 0 ? t("voice.with", { n: others }) : t("voice.alone")}</>;
}

function handInWords(stage: StageState, me: string): Parameters<typeof t> {
  return ["hand.raised", { n: stage.hand_ids.indexOf(me) + 1 }];
}

function partInWords(stage: StageState, me: string): Parameters<typeof t> {
  const part = partOf(stage, me);
  if (part === "listener") return ["voice.listening"];
  if (part === "hand") return handInWords(stage, me);
  if (!stage.is_open) return ["voice.green"];
  return part === "speaker" ? ["voice.on_stage"] : [`voice.on_stage_${part}`];
}

function Faces({ room, people }: InRoom) {
  const { store } = useApp();
  const talking = store.speaking.value.get(room.id) ?? [];
  return (
    <span class="stack no-phone faces">
      {people.slice(0, FACES_SHOWN).map((person) => (
        <Avatar
          key={person.account_id}
          account={store.accounts.value.get(person.account_id)}
          size="sm"
          talking={talking.includes(person.account_id)}
        />
      ))}
    </span>
  );
}

function Line() {
  const { voice, store } = useApp();
  const phase = voice.phase.value;
  if (phase === "opening") return <span class="spin muted" />;
  if (phase === "reconnecting") return <PlaceKept />;
  if (phase === "stuck") return null;
  const { quality, steps } = voice.line.value;
  const me = store.world.value.me;
  const talks = store.speaking.value.get(voice.roomId.value ?? "")?.includes(me);
  if (quality === "weak" || quality === "poor") {
    return (
      <span class={quality === "weak" ? "pill warn" : "pill rec"}>
        <Icon name="warn" />
        <span class="no-phone">{t(`voice.${quality}_short`)}</span>
      </span>
    );
  }
  return (
    <span class="no-phone row xs muted vst">
      {talks && <TalkingBars />}
      {quality === "good" && <LineMeter quality={steps} />}
      <span class="vstt">{t(`voice.${quality}`)}</span>
    </span>
  );
}

/** For how long: seen alone, for it would be told each second. */
function PlaceKept() {
  const [untilMs] = useState(() => performance.now() + PLACE_KEPT_MS);
  const [leftMs, set] = useState(PLACE_KEPT_MS);
  useEffect(() => {
    const timer = setInterval(() => set(Math.max(0, untilMs - performance.now())), 1_000);
    return () => clearInterval(timer);
  }, [untilMs]);
  return (
    <>
      <span class="xs num muted" aria-hidden="true">{Math.ceil(leftMs / 1_000)} s</span>
      <span class="spin muted" />
    </>
  );
}

/** On phones: what has no place in the bar. */
function More({ room, people }: InRoom) {
  const [isOpen, open] = useState(false);
  return (
    <span class="only-phone">
      <VoiceButton icon="up" label={t("voice.more")} opens="dialog" onPress={() => open(true)} />
      {isOpen && <VoiceSheet room={room} people={people} onClose={() => open(false)} />}
    </span>
  );
}

function Controls({ room, people }: InRoom) {
  const app = useApp();
  const { voice, store } = app;
  const me = people.find((person) => person.account_id === store.world.value.me);
  if (voice.phase.value === "stuck") {
    return (
      <>
        <Button tone="soft" onPress={() => app.enter(room.id, true)}>
          {t("voice.again")}
        </Button>
        {!voice.refusal.value && <Why />}
        <LeaveButton room={room} />
      </>
    );
  }
  const stage = stageOf(store.world.value, room);
  const isListener = listensAt(store.world.value, room);
  return (
    <>
      {stage && (isListener || me?.silenced) && <HandButton room={room} stage={stage} />}
      {!isListener && <MicrophoneButton me={me} />}
      <DeafenButton />
      <LeaveButton room={room} />
    </>
  );
}

function MicrophoneButton({ me }: { readonly me: Participant | undefined }) {
  const { voice, store } = useApp();
  const isIn = voice.phase.value === "in";
  const isMuted = voice.muted.value;
  const mayNot = me?.silenced || me?.may_speak === false;
  if (voice.pushes.value && isTouched() && !mayNot && isIn) return <HoldButton />;
  const talks = !!store.speaking.value.get(me?.room_id ?? "")?.includes(store.world.value.me);
  return (
    <VoiceButton
      icon={isMuted || mayNot ? "mic-off" : "mic"}
      label={t(isMuted || mayNot ? "voice.unmute" : "voice.mute")}
      look={isMuted || mayNot ? "off" : talks ? "on talkb" : "on"}
      disabled={!!mayNot || !isIn}
      onPress={() => void voice.setMuted(!isMuted)}
    />
  );
}

function DeafenButton() {
  const { voice } = useApp();
  const isDeaf = voice.deafened.value;
  return (
    <VoiceButton
      icon={isDeaf ? "ear-off" : "ear"}
      label={t(isDeaf ? "voice.undeafen" : "voice.deafen")}
      look={isDeaf ? "off no-phone" : "no-phone"}
      disabled={voice.phase.value !== "in"}
      onPress={() => void voice.setDeafened(!isDeaf)}
    />
  );
}

/** Leads to the test of one's connection: words, and on a phone, which has no room for them, a sign. */
function Why() {
  const to = "/settings/voice?test";
  return (
    <>
      <span class="no-phone">
        <Link to={to} class="btn ghost">{t("voice.why")}</Link>
      </span>
      <span class="only-phone">
        <Link to={to} class="ib" label={t("voice.why")}>
          <Icon name="info" />
        </Link>
      </span>
    </>
  );
}

function LeaveButton({ room }: { readonly room: Room }) {
  const app = useApp();
  const leave = () => leaveWithWayBack(app, room);
  return (
    <VoiceButton
      icon="leave"
      label={t("voice.leave", { room: room.name })}
      look="leave"
      onPress={leave}
    />
  );
}

function holdWords(): string {
  const key = talkKey.value.name || t("key.space");
  return isTouched() ? t("voice.hold_button") : t("voice.hold", { key });
}

/** A finger has no keys: it holds or taps the microphone button. */
function isTouched(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** Doors that were opened go, and so do the buttons of the bar when its state changes. */
function useFocusKept(state: string): void {
  useEffect(keepFocus, [state]);
  useEffect(() => () => void setTimeout(keepFocus), []);
}

/** M, D and L while no field has the focus; a key held for push to talk. */
function useShortcuts(): void {
  const app = useApp();
  useEffect(() => {
    const { voice } = app;
    const pressed = (event: KeyboardEvent) => {
      if (!voice.roomId.value) return;
      if (event.code === "KeyT" && event.altKey && !event.ctrlKey) sayWhoTalks(app);
      if (isWriting(event) || hasModifier(event)) return;
      if (event.code === talkKey.value.code && voice.pushes.value && !presses(event)) {
        event.preventDefault(); // also what a held key repeats, or the page would scroll
        if (!event.repeat) voice.hold(true);
        return;
      }
      if (event.repeat) return;
      const room = app.store.rooms.value.get(voice.roomId.value);
      if (event.key === "m") void voice.setMuted(!voice.muted.value);
      else if (event.key === "d") void voice.setDeafened(!voice.deafened.value);
      else if (event.key === "l" && room) leaveByKey(app, room);
      else if (event.key === "h" && room) raiseOrLower(app, room);
    };
    const released = (event: KeyboardEvent) =>
      event.code === talkKey.value.code && voice.hold(false);
    const blurred = () => {
      if (!voice.held.value) return;
      voice.hold(false);
      toast({ text: t("voice.not_in_front"), icon: "mic-off" });
    };
    addEventListener("keydown", pressed);
    addEventListener("keyup", released);
    addEventListener("blur", blurred);
    return () => {
      removeEventListener("keydown", pressed);
      removeEventListener("keyup", released);
      removeEventListener("blur", blurred);
    };
  }, [app]);
}

/** A slip of the finger takes no host away. */
function leaveByKey(app: ReturnType<typeof useApp>, room: Room): void {
  const stage = stageOf(app.store.world.value, room);
  const isHost = stage?.is_open && stage.host_id === app.store.world.value.me;
  if (isHost) app.question.value = { ask: "leave", roomId: room.id };
  else leaveWithWayBack(app, room);
}

function sayWhoTalks({ store, voice }: ReturnType<typeof useApp>): void {
  const names = (store.speaking.value.get(voice.roomId.value ?? "") ?? [])
    .flatMap((id) => store.accounts.value.get(id)?.display_name ?? []);
  const text = names.length > 0
    ? t("voice.talking_many", { n: names.length, names: listed(names) })
    : t("voice.nobody_talks");
  toast({ text, icon: "users" });
}

/** A host who is alone on a stage is asked before the tab closes. */
function useStayingOfHost(room: Room | undefined): void {
  const world = useApp().store.world.value;
  const stage = room && stageOf(world, room);
  const isHere = (id: string) => world.participants.get(id)?.room_id === room?.id;
  const isAlone = !!stage?.is_open && stage.host_id === world.me &&
    !stage.cohost_ids.some(isHere);
  useEffect(() => {
    if (!isAlone) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isAlone]);
}

/** Who speaks needs no hand, unless a host has muted them. */
function raiseOrLower(app: ReturnType<typeof useApp>, room: Room): void {
  const world = app.store.world.value;
  const stage = stageOf(world, room);
  if (!stage) return;
  if (speaksAt(stage, world.me) && !world.participants.get(world.me)?.silenced) return;
  const type = asksAt(stage, world.me) ? "hand.lower" : "hand.raise";
  app.command(type, { room: room.id }).catch(({ message }) =>
    toast({ text: message, tone: "bad" })
  );
}

function isWriting({ target }: Event): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select") ||
      !!target.closest("dialog"));
}

/** Whether the key presses what has the focus. */
function presses({ code, target }: KeyboardEvent): boolean {
  return code === "Space" && target instanceof HTMLElement && target.matches("button, a, [role]");
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
}

/** Talking while muted; whom a host has muted no key helps. */
function useMutedReminder(): void {
  const { voice, microphone, store } = useApp();
  useEffect(() => {
    const talk = new MutedTalk();
    return microphone.level.subscribe((level) => {
      const mayUnmute = !store.participants.peek().get(store.world.peek().me)?.silenced;
      if (!voice.muted.peek() || voice.phase.peek() !== "in" || !mayUnmute) return talk.forget();
      if (!talk.isTalk(level, performance.now())) return;
      const unmute = isTouched() ? t("voice.muted_touch") : t("voice.muted_talk");
      const text = voice.pushes.peek() ? holdWords() : unmute;
      toast({ text, icon: "mic-off" });
    });
  }, [voice, microphone]);
}
