/** All voices of a take at once. Each file begins with the take, so that one position fits all. */

import { Button } from "@salon/client";
import { type ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useRecording } from "../shared/context.ts";
import { exactStamp, stamp } from "../shared/time.ts";
import type { Take } from "../shared/wire.ts";

const APART_S = 0.15; // a voice that is further away from the others is set right

export function Player(
  { take, at, onMove, children }: {
    readonly take: Take;
    readonly at: number;
    readonly onMove: (seconds: number) => void;
    /** What is done with the position. */
    readonly children: ComponentChildren;
  },
) {
  const { t } = useRecording();
  const [isPlaying, setPlaying] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const voices = () => [...(box.current?.querySelectorAll("audio") ?? [])];
  const seek = (seconds: number) => {
    onMove(seconds);
    for (const voice of voices()) voice.currentTime = seconds;
  };
  const toggle = async () => {
    const playing = !isPlaying;
    setPlaying(playing);
    for (const voice of voices()) {
      if (!playing) voice.pause();
      else voice.currentTime = Math.min(at, voice.duration || at);
    }
    if (!playing) return;
    const started = await Promise.allSettled(voices().map((voice) => voice.play()));
    const isSilent = started.every(({ status }) => status === "rejected");
    setFailed(isSilent);
    if (isSilent) setPlaying(false);
  };
  const follow = (voice: HTMLAudioElement) => {
    if (!isPlaying || voice.paused) return;
    const leader = voices().find((each) => !each.paused && !each.ended);
    if (leader === voice) onMove(voice.currentTime);
    else if (leader && Math.abs(leader.currentTime - voice.currentTime) > APART_S) {
      voice.currentTime = leader.currentTime;
    }
  };
  const ended = () => {
    if (voices().every((voice) => voice.ended || voice.paused)) setPlaying(false);
  };
  return (
    <section class="recording-player well" aria-label={t("listen")}>
      <div class="row">
        <Button
          tone="soft"
          icon={isPlaying ? "pause" : "play"}
          onPress={() => void toggle()}
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
        onInput={(event) => seek(Number(event.currentTarget.value))}
      />
      <div class="row wrap">{children}</div>
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
