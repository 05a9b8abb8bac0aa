/** An episode while it is made: what is done, what happens now, what is left, and a way to stop. */

import { Avatar, Button, Icon, Note } from "@salon/client";
import { attempt, useRecording } from "../shared/context.ts";
import { type Episode, STEPS } from "../shared/wire.ts";

type Making = NonNullable<Episode["making"]>;

const SECONDS = 60;
const HUNDRED = 100;

export function MakingView(
  { episode, onStopped }: { readonly episode: Episode; readonly onStopped: () => void },
) {
  const recording = useRecording();
  const { t } = recording;
  const { making } = episode;
  const stop = async () => {
    const isDone = await attempt(recording, "recording.stop_making", { episode: episode.id });
    if (isDone) onStopped();
  };
  return (
    <div class="recording-making">
      <p class="sm">{told(recording, making)}</p>
      <Bar making={making} />
      <div class="recording-made-of">
        <ol class="recording-steps" aria-label={t("making_steps")}>
          {STEPS.map((step) => <StepRow key={step} step={step} making={making} />)}
        </ol>
        {making && making.voices.length > 0 && <VoicesOf making={making} />}
      </div>
      <Note icon="info">
        <p>{t("making_hidden")}</p>
        <p>{t("making_breaks")}</p>
      </Note>
      <div>
        <Button size="s" onPress={() => void stop()}>{t("stop_making")}</Button>
      </div>
    </div>
  );
}

function told({ t }: ReturnType<typeof useRecording>, making: Making | null): string {
  if (making === null) return t("making_waits");
  if (making.left_s === null) return t("making");
  return t("making_left", { n: Math.max(1, Math.round(making.left_s / SECONDS)) });
}

/** How far the whole is. Who does not see it hears each step once, when it begins. */
function Bar({ making }: { readonly making: Making | null }) {
  const { t } = useRecording();
  const done = making?.progress ?? 0;
  const step = making ? t(`step.${making.step}`) : "";
  return (
    <>
      <progress
        value={done}
        max={1}
        aria-label={t("making_short")}
        aria-valuetext={t("making_at", { percent: Math.floor(done * HUNDRED), step })}
      />
      <p class="sr" role="status">{step}</p>
    </>
  );
}

function StepRow(
  { step, making }: { readonly step: Making["step"]; readonly making: Making | null },
) {
  const { salon, t } = useRecording();
  const people = salon.store.accounts.value;
  const now = making ? STEPS.indexOf(making.step) : -1;
  const at = STEPS.indexOf(step);
  const state = at < now ? "done" : at === now ? "now" : "later";
  const isNow = making !== null && state === "now";
  return (
    <li class={state} aria-current={isNow ? "step" : undefined}>
      <span class="recording-step">
        {state === "done" ? <Icon name="check" /> : <i aria-hidden="true" />}
      </span>
      <span class="grow">
        <b>{t(`step.${step}`)}</b>
        <span class="detail">
          {isNow && making.voice
            ? t("making_voice", { name: people.get(making.voice)?.display_name ?? t("unknown") })
            : t(`step_text.${step}`)}
        </span>
      </span>
      <span class="sr">{t(`step_${state}`)}</span>
      {isNow && (
        <span class="num sm">
          {t("making_percent", { n: Math.floor(making.step_progress * HUNDRED) })}
        </span>
      )}
    </li>
  );
}

/** Who is to be heard in it, and whether they have said yes already. */
function VoicesOf({ making }: { readonly making: Making }) {
  const { salon, t } = useRecording();
  const people = salon.store.accounts.value;
  return (
    <section class="recording-voices-of" aria-label={t("voices_in_it")}>
      <h3 class="sm muted">{t("voices_in_it")}</h3>
      <ul>
        {making.voices.map(({ account: id, has_said_yes }) => (
          <li key={id}>
            <Avatar account={people.get(id)} size="sm" />
            <bdi class="grow trunc">{people.get(id)?.display_name ?? t("unknown")}</bdi>
            <span class={has_said_yes ? "pill ok" : "pill warn"}>
              {t(has_said_yes ? "voice_yes" : "voice_not_yet")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
