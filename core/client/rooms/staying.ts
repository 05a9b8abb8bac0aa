/**
 * Staying in a room on a device that locks its screen, puts pages to sleep, and takes the microphone
 * for a call.
 *
 * The room is shown to the system (Media Session), which keeps a page alive that plays, and offers
 * what it can on the lock screen. Where a browser stops the page all the same, nothing runs that could
 * tell of it: a timer that comes much too late does afterwards (`SleepWatch`). The line is then made
 * anew at once; after longer than the server keeps a place one comes back muted, and it is said. A
 * microphone that the system takes closes for the others too, and opens again when it is given back.
 */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import { keepsScreenOn } from "../prefs.ts";
import { SleepWatch } from "../sleep_watch.ts";
import "../devices.ts";
import { isSpeakerGone } from "../speaker.ts";
import type { Room } from "../wire.ts";
import { leaveWithWayBack } from "./leaving.ts";

/** Whether the browser plays nothing until the page is pressed. */
export const isHeldBack = signal(false);
/** Whether the system gives the microphone to something else, as to a call. */
export const isTaken = signal(false);

/** When what was stopped is played again: the page is pressed, looked at, or runs on. */
const AGAIN_AT = ["pointerup", "keydown", "visibilitychange", "resume"];
const LOOK_MS = 1_000;
const MINUTE_MS = 60_000;

export function useStaying(room: Room | undefined): void {
  useLockScreen(room);
  useScreen(room !== undefined && keepsScreenOn.value);
  useSleep(room !== undefined);
  useHearing(room !== undefined);
  useLentMicrophone();
  useSpeaker();
  useRefusal();
}

/** The chosen speaker was unplugged: what is heard now comes from elsewhere. */
function useSpeaker(): void {
  const isGone = isSpeakerGone.value;
  useEffect(() => {
    if (isGone) toast({ text: t("voice.speaker_gone"), icon: "ear" });
  }, [isGone]);
}

/** Somebody who is in presses the microphone, and the server says no: the button alone says nothing. */
function useRefusal(): void {
  const { voice } = useApp();
  const refusal = voice.refusal.value;
  useEffect(() => {
    if (refusal && voice.phase.peek() === "in") toast({ text: refusal.message, tone: "bad" });
  }, [refusal]);
}

/** The name of the room and its switches, where the system shows what plays. */
function useLockScreen(room: Room | undefined): void {
  const app = useApp();
  const { voice, store } = app;
  const session = navigator.mediaSession;
  const isDeaf = voice.deafened.value;
  const isMuted = voice.muted.value;
  const place = store.community.value.name;
  useEffect(() => {
    if (!session || !room) return;
    session.metadata = new MediaMetadata({
      title: room.name,
      artist: place,
      artwork: [{ src: "/icon/192.png", sizes: "192x192", type: "image/png" }],
    });
    const leave = () => leaveWithWayBack(app, room);
    const stop = offered(session, {
      play: () => void voice.setDeafened(false),
      pause: () => void voice.setDeafened(true),
      stop: leave,
      hangup: leave,
      togglemicrophone: () => void voice.setMuted(!voice.muted.peek()),
    });
    return () => {
      stop();
      session.metadata = null;
      session.playbackState = "none";
    };
  }, [room?.id, room?.name, place]);
  useEffect(() => {
    if (!session || !room) return;
    session.playbackState = isDeaf ? "paused" : "playing";
    void session.setMicrophoneActive?.(!isMuted);
  }, [room?.id, isDeaf, isMuted]);
}

type Actions = Readonly<Record<string, () => void>>;

/** Browsers know some of these actions each. */
function offered(session: MediaSession, actions: Actions): () => void {
  const set = (name: string, action: (() => void) | null) => {
    try {
      session.setActionHandler(name as MediaSessionAction, action);
    } catch {
      // not known here
    }
  };
  Object.entries(actions).forEach(([name, action]) => set(name, action));
  return () => Object.keys(actions).forEach((name) => set(name, null));
}

/** The screen stays on where that is wished; a hidden page loses this, and asks again. */
function useScreen(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    let held: WakeLockSentinel | null = null;
    let isOver = false;
    const hold = async () => {
      if (document.hidden) return;
      held = await navigator.wakeLock.request("screen").catch(() => null); // its battery is low
      if (isOver) void held?.release();
    };
    void hold();
    document.addEventListener("visibilitychange", hold);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", hold);
      void held?.release();
    };
  }, [isOn]);
}

function useSleep(isIn: boolean): void {
  const { voice } = useApp();
  useEffect(() => {
    if (!isIn) return;
    const watch = new SleepWatch(Date.now());
    const timer = setInterval(() => {
      const sleptMs = watch.sleptMs(Date.now());
      if (sleptMs === 0) return;
      if (voice.woke(sleptMs)) return;
      const n = Math.max(1, Math.round(sleptMs / MINUTE_MS));
      toast({ text: t("voice.slept", { n }), icon: "mic-off" });
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [isIn]);
}

/** The elements of `hearing.ts`: what a call or a sleep has stopped does not begin by itself. */
function useHearing(isIn: boolean): void {
  useEffect(() => {
    if (!isIn) return;
    const stopped = () =>
      [...document.querySelectorAll<HTMLAudioElement>("audio[data-slot]")]
        .filter((element) => element.srcObject && element.paused);
    const again = () => stopped().forEach((element) => element.play().catch(() => {}));
    const timer = setInterval(() => isHeldBack.value = stopped().length > 0, LOOK_MS);
    AGAIN_AT.forEach((event) => document.addEventListener(event, again));
    return () => {
      clearInterval(timer);
      isHeldBack.value = false;
      AGAIN_AT.forEach((event) => document.removeEventListener(event, again));
    };
  }, [isIn]);
}

/** A call has the microphone, or its plug was pulled: nobody is shown as heard who is not. */
function useLentMicrophone(): void {
  const { voice, microphone } = useApp();
  const state = microphone.state.value;
  useEffect(() => {
    if (state === "missing" && !voice.muted.peek()) void voice.setMuted(true);
    const track = microphone.source;
    if (!track) return;
    const look = () => isTaken.value = track.muted;
    track.addEventListener("mute", look);
    track.addEventListener("unmute", look);
    return () => {
      isTaken.value = false;
      track.removeEventListener("mute", look);
      track.removeEventListener("unmute", look);
    };
  }, [state]);
  useEffect(() => {
    if (!isTaken.value || voice.muted.peek()) return;
    const room = voice.roomId.peek();
    void voice.setMuted(true);
    return () => {
      if (microphone.state.peek() !== "on") return;
      if (voice.roomId.peek() === room && voice.muted.peek()) void voice.setMuted(false);
    };
  }, [isTaken.value]);
}
