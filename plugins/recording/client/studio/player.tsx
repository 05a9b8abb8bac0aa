/** All voices of a take at once. Each file begins with the take, so that one position fits all. */

import { Button } from "@salon/client";
import { type ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useRecording } from "../shared/context.ts";
import { exactStamp, stamp } from "../shared/time.ts";
import type { Span, Take } from "../shared/wire.ts";

const APART_S = 0.15; // a voice that is further away from the others is set right
const MOVED_S = 0.35; // more than the time between two reports of where it is

export interface PlayerProps {
  readonly take: Take;
  readonly at: number;
  /** Given: these are heard one after the other, and then it is over. */
  readonly plan: readonly Span[] | null;
  readonly onMove: (seconds: number) => void;
  readonly onEnd: () => void;
  /** What is done with the position. */
  readonly children: ComponentChildren;
}

export function Player({ take, at, plan, onMove, onEnd, children }: PlayerProps) {
  const { t } = useRecording();
  const [isPlaying, setPlaying] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const voices = () => [...(box.current?.querySelectorAll("audio") ?? [])];
  const put = (seconds: number) => {
    for (const voice of voices()) voice.currentTime = Math.min(seconds, voice.duration || seconds);
  };
  const stop = () => {
    for (const voice of voices()) voice.pause();
    setPlaying(false);
    onEnd();
  };
  const play = async (from: number) => {
    put(from);
    setPlaying(true);
    const started = await Promise.allSettled(voices().map((voice) => voice.play()));
    const isSilent = started.every(({ status }) => status === "rejected");
    setFailed(isSilent);
    if (isSilent) stop();
  };
  useEffect(() => {
    const leader = voices().find((each) => !each.paused && !each.ended);
    if (leader && Math.abs(leader.currentTime - at) > MOVED_S) put(at);
  }, [at]);
  useEffect(() => {
    if (!plan?.[0]) return;
    onMove(plan[0].start_s);
    void play(plan[0].start_s);
  }, [plan]);
  const follow = (voice: HTMLAudioElement) => {
    if (!isPlaying || voice.paused) return;
    const leader = voices().find((each) => !each.paused && !each.ended);
    if (leader === voice) {
      const next = plan && placeIn(plan, voice.currentTime);
      if (next === null) return onMove(voice.currentTime);
      if (next === "over") return stop();
      put(next);
      onMove(next);
    } else if (leader && Math.abs(leader.currentTime - voice.currentTime) > APART_S) {
      voice.currentTime = leader.currentTime;
    }
  };
  const ended = () => {
    if (voices().every((voice) => voice.ended || voice.paused)) stop();
  };
  return (
    <section class="recording-player well" aria-label={t("listen")}>
      <div class="row">
        <Button
          tone="soft"
          icon={isPlaying ? "pause" : "play"}
          onPress={() => isPlaying ? stop() : void play(at)}
        >
          {t(isPlaying ? "pause" : "listen")}
        </Button>
        <span class="num sm grow">{exactStamp(at)}</span>
        <span class="num sm muted">{stamp(take.duration_s)}</span>
      </div>
      <input
        class="recording-range"
        type="range"
        aria-label={t("position")}
        aria-valuetext={stamp(at)}
        min={0}
        max={take.duration_s}
        step={0.1}
        value={at}
        onInput={(event) => {
          put(Number(event.currentTarget.value));
          onMove(Number(event.currentTarget.value));
        }}
      />
      {children}
      {hasFailed && <p class="sm" role="alert">{t("no_listen")}</p>}
      <div ref={box} hidden>
        {take.voices.map((id) => (
          <audio
            key={id}
            preload="metadata"
            src={`/p/recording/voices/${take.id}/${id}.opus`}
            onTimeUpdate={(event) => follow(event.currentTarget)}
            onEnded={ended}
          />
        ))}
      </div>
    </section>
  );
}

/** Where a plan goes on from a moment: null goes on here, a number there, "over" nowhere. */
function placeIn(plan: readonly Span[], at: number): number | "over" | null {
  const here = plan.findIndex(({ start_s, end_s }) => at >= start_s - MOVED_S && at < end_s);
  if (here >= 0) return null;
  const past = plan.findIndex(({ end_s }) => Math.abs(at - end_s) <= 2 * MOVED_S);
  return past < 0 ? "over" : plan[past + 1]?.start_s ?? "over";
}
