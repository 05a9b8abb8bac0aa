/** Episodes with one's own voice: hear it, say yes, or be left out; the answer can be changed. */

import { useEffect } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import type { Asked } from "../shared/wire.ts";

export function AskedView() {
  const { salon, t, library } = useRecording();
  const asked = library.asked.value ?? [];
  const me = salon.me.value?.id;
  useEffect(() => {
    void library.loadAsked();
    return salon.on("recording.release_asked", () => void library.loadAsked());
  }, []);
  if (asked.length === 0) return null;
  return (
    <section class="recording-asked" aria-label={t("asked")}>
      <h2 class="display">{t("asked")}</h2>
      <p class="sm muted">{t("asked_text")}</p>
      <ul class="recording-episodes">
        {asked.map((each) => <Question key={each.id} asked={each} me={me ?? ""} />)}
      </ul>
    </section>
  );
}

function Question({ asked, me }: { readonly asked: Asked; readonly me: string }) {
  const recording = useRecording();
  const { t, library } = recording;
  const answer = async (said: "yes" | "no") => {
    const isDone = await attempt(recording, "recording.release", {
      episode: asked.id,
      answer: said,
    });
    if (isDone) await library.loadAsked();
  };
  return (
    <li class="well">
      <div class="row wrap">
        <h3 class="semi grow">
          <bdi>{asked.title}</bdi>
        </h3>
        <span class="pill">{t(`answer_${asked.answer ?? "none"}`)}</span>
      </div>
      <p class="sm muted">{t("asked_length", { length: stamp(asked.duration_s) })}</p>
      {asked.segments.map(({ take_id, start_s, end_s }) => (
        <audio
          key={`${take_id} ${start_s}`}
          controls
          preload="none"
          aria-label={t("asked_hear")}
          src={`/p/recording/voices/${take_id}/${me}.opus#t=${start_s},${end_s}`}
        />
      ))}
      <div class="recording-answers" role="group" aria-label={t("asked_how")}>
        <button
          type="button"
          aria-pressed={asked.answer === "yes"}
          onClick={() => void answer("yes")}
        >
          <b>{t("release_yes")}</b>
          <span>{t("release_yes_hint")}</span>
        </button>
        <button
          type="button"
          aria-pressed={asked.answer === "no"}
          onClick={() => void answer("no")}
        >
          <b>{t("release_no")}</b>
          <span>{t("release_no_hint")}</span>
        </button>
      </div>
    </li>
  );
}
