/** An episode while it is made: what is done, what happens now, what is left, and a way to stop. */

import { Button, Icon } from "@salon/client";
import { attempt, useRecording } from "../shared/context.ts";
import { type Episode, STEPS } from "../shared/wire.ts";

const SECONDS = 60;

export function MakingView({ episode }: { readonly episode: Episode }) {
  const recording = useRecording();
  const { t } = recording;
  const left = episode.left_s;
  const told = left === null
    ? t("making")
    : t("making_left", { n: Math.max(1, Math.round(left / SECONDS)) });
  const now = episode.step === null ? 0 : STEPS.indexOf(episode.step);
  const stop = () => attempt(recording, "recording.stop_making", { episode: episode.id });
  return (
    <div class="recording-making">
      <p class="sm">{told}</p>
      <progress value={episode.progress ?? 0} max={1} aria-label={t("making_short")} />
      <ol class="recording-steps" aria-label={t("making_steps")}>
        {STEPS.map((step, at) => {
          const state = at < now ? "done" : at === now ? "now" : "later";
          return (
            <li key={step} class={state} aria-current={state === "now" ? "step" : undefined}>
              <span class="recording-step">
                {state === "done" ? <Icon name="check" /> : <i aria-hidden="true" />}
              </span>
              <span class="grow">{t(`step.${step}`)}</span>
              <span class="sr">{t(`step_${state}`)}</span>
            </li>
          );
        })}
      </ol>
      <div>
        <Button size="s" onPress={() => void stop()}>{t("stop_making")}</Button>
      </div>
    </div>
  );
}
