/** The clips one made, or has a hand in: how far each is, its page, and the way to take it back. */

import { Button, Empty, listed, moment, Skeleton, Switch } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { attempt, sentence, useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import type { Clip } from "../shared/wire.ts";

export function ClipsView() {
  const recording = useRecording();
  const { salon, t } = recording;
  const [clips, keep] = useState<readonly Clip[] | null>(null);
  const [problem, tell] = useState("");
  const look = async () => {
    try {
      keep((await salon.command("recording.clips"))["clips"] as Clip[]);
    } catch (error) {
      tell(sentence(error));
    }
  };
  useEffect(() => {
    void look();
    return salon.on("recording.clip_changed", () => void look());
  }, []);
  const choose = async (clip: Clip, chosen: boolean) => {
    await attempt(recording, "recording.clip_soundbite", { clip: clip.id, chosen });
    await look();
  };
  const remove = async (clip: Clip) => {
    const isDone = await attempt(recording, "recording.clip_remove", { clip: clip.id });
    if (isDone) salon.toast({ text: t("clip_removed"), tone: "good" });
    await look();
  };
  if (problem) return <p role="alert">{problem}</p>;
  if (!clips) return <Skeleton label={t("loading")} lines={3} />;
  if (clips.length === 0) {
    return <Empty icon="cut" title={t("clips_none")} text={t("clips_none_text")} />;
  }
  return (
    <ul class="rows" aria-label={t("clips")}>
      {clips.map((clip) => (
        <li key={clip.id} class="recording-row">
          <div class="grow">
            <b class="trunc">
              <bdi>{clip.title}</bdi>
            </b>
            <span class="detail">{moment(clip.created_at)}</span>
            {clip.waiting.length > 0 && (
              <span class="detail">
                {t("waiting", { n: clip.waiting.length, names: listed(clip.waiting) })}
              </span>
            )}
            {clip.soundbite === "gone" && <span class="detail">{t("soundbite_gone")}</span>}
            {clip.failure && <span class="detail">{t(`failure.${clip.failure}`)}</span>}
          </div>
          <span class="num recording-length">{clip.duration_s ? stamp(clip.duration_s) : ""}</span>
          <span class={clip.is_public ? "pill ok" : "pill"}>{t(stateOf(clip))}</span>
          {clip.is_public && <a class="btn" href={clip.url}>{t("page")}</a>}
          {clip.soundbite && !clip.withdrawn && (
            <span class="recording-offered sm">
              {t("soundbite")}
              <Switch
                label={`${t("soundbite")}: ${clip.title}`}
                on={clip.soundbite !== "off"}
                onChange={(chosen) => void choose(clip, chosen)}
              />
            </span>
          )}
          {!clip.withdrawn && (
            <Button tone="danger" onPress={() => void remove(clip)}>{t("withdraw")}</Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function stateOf(clip: Clip) {
  if (clip.withdrawn) return "withdrawn";
  if (clip.is_public) return "public";
  if (clip.status === "failed") return "failed";
  return clip.status === "making" ? "clip_making" : "clip_waits";
}
