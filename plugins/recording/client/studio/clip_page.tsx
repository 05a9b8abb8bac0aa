/** Making a clip of a published episode: hear it, choose at most ninety seconds, give it a name. */

import { Form, IconButton, PanelHead, Skeleton, Submit, TextField } from "@salon/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { LONGEST_S } from "../clip_dialog.tsx";
import { sentence, useRecording } from "../shared/context.ts";
import { exactStamp, parseStamp, stamp } from "../shared/time.ts";
import { CLIPS, type ClipSource } from "../shared/wire.ts";
import { TimeField } from "./time_field.tsx";

const TITLE_MAX = 120;
const USUAL_S = 30;

export function ClipPage({ slug }: { readonly slug: string }) {
  const { salon, t } = useRecording();
  const [source, keep] = useState<ClipSource | null>(null);
  const [problem, tell] = useState("");
  useEffect(() => {
    salon.command("recording.clip_source", { slug }).then(
      (found) => keep(found as unknown as ClipSource),
      (error) => tell(sentence(error)),
    );
  }, [slug]);
  return (
    <>
      <PanelHead
        big
        title={t("clip_title")}
        {...(source ? { detail: source.title } : {})}
        start={<IconButton icon="back" label={t("back")} onPress={() => salon.navigate(CLIPS)} />}
      />
      <div class="scroll leaf">
        {problem && <p role="alert">{problem}</p>}
        {!problem && !source && <Skeleton label={t("loading")} />}
        {source && <ClipForm source={source} />}
      </div>
    </>
  );
}

function ClipForm({ source }: { readonly source: ClipSource }) {
  const { salon, t } = useRecording();
  const asked = parseStamp(new URLSearchParams(location.search).get("t") ?? "") ?? 0;
  const [title, setTitle] = useState("");
  const [start, setStart] = useState(Math.min(asked, Math.max(0, source.duration_s - 1)));
  const [end, setEnd] = useState(Math.min(start + USUAL_S, source.duration_s));
  const [isTried, setTried] = useState(false);
  const audio = useRef<HTMLAudioElement>(null);
  const length = end - start;
  const wrong = length < 1 || length > LONGEST_S ? t("clip_wrong", { most: LONGEST_S }) : "";
  const here = () => Math.round((audio.current?.currentTime ?? 0) * 10) / 10;
  const keep = async () => {
    setTried(true);
    if (!title.trim() || wrong) return;
    await salon.command("recording.clip_episode", {
      episode: source.id,
      title: title.trim(),
      start_s: start,
      end_s: end,
    });
    salon.toast({ text: t("clip_making_now"), tone: "good" });
    salon.navigate(CLIPS);
  };
  return (
    <Form
      send={keep}
      foot={
        <div>
          <Submit size="lg" icon="cut">{t("clip_go")}</Submit>
        </div>
      }
    >
      <audio
        ref={audio}
        class="recording-clip-sound"
        controls
        preload="metadata"
        src={source.media_url}
        onLoadedMetadata={(event) => event.currentTarget.currentTime = start}
      />
      <div class="row wrap">
        <button type="button" class="btn s" onClick={() => setStart(here())}>
          {t("begin_here")}
        </button>
        <button type="button" class="btn s" onClick={() => setEnd(here())}>{t("end_here")}</button>
        <span class="num sm muted" role="status">
          {exactStamp(start)} – {exactStamp(end)}, {stamp(Math.max(0, length))}
        </span>
      </div>
      <div class="recording-clip-ends">
        <TimeField label={t("begin")} at={start} most={source.duration_s} onChange={setStart} />
        <TimeField label={t("end")} at={end} most={source.duration_s} onChange={setEnd} />
      </div>
      {wrong && <p class="sm" role="alert">{wrong}</p>}
      <TextField
        label={t("mark_name")}
        value={title}
        max={TITLE_MAX}
        error={isTried && !title.trim() ? t("title_missing") : undefined}
        onInput={setTitle}
      />
    </Form>
  );
}
