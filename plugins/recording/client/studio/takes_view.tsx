/** What was recorded, newest first. */

import { Avatar, Empty, Link, moment, Skeleton } from "@salon/client";
import { useEffect } from "preact/hooks";
import { account, useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import { STUDIO, type Take } from "../shared/wire.ts";

const FACES_SHOWN = 5;

export function TakesView() {
  const { salon, t, library } = useRecording();
  const takes = library.takes.value;
  useEffect(() => {
    void library.loadTakes();
    return salon.on("recording.ended", () => void library.loadTakes());
  }, []);
  if (!takes) return library.problem.value ? null : <Skeleton label={t("loading")} />;
  if (takes.length === 0) {
    const isOff = library.about.value && !library.about.value.enabled;
    return (
      <Empty
        icon="wave"
        title={t(isOff ? "off_now" : "no_takes")}
        text={t(isOff ? "off_now_text" : "no_takes_text")}
      />
    );
  }
  return (
    <ul class="rows" aria-label={t("takes")}>
      {takes.map((take) => <TakeRow key={take.id} take={take} />)}
    </ul>
  );
}

function TakeRow({ take }: { readonly take: Take }) {
  const recording = useRecording();
  const { t } = recording;
  const canBeMade = take.status !== "capturing" && take.voices.length > 0 && !take.pruned;
  return (
    <li class="recording-row">
      <div class="grow">
        <b class="trunc">
          <bdi>{take.room_name}</bdi>
        </b>
        <span class="detail">{moment(take.begun_at)}</span>
      </div>
      <span class="recording-marks">
        <Marks take={take} />
      </span>
      <span class="stack" role="img" aria-label={t("voices", { n: take.voices.length })}>
        {take.voices.slice(0, FACES_SHOWN).map((id) => (
          <Avatar key={id} account={account(recording, id)} size="sm" />
        ))}
      </span>
      <span class="num recording-length">
        {take.status === "capturing" ? "" : stamp(take.duration_s)}
      </span>
      <Link to={`${STUDIO}/said/${take.id}`} class="btn ghost s">{t("said_open")}</Link>
      {canBeMade
        ? <Link to={`${STUDIO}/take/${take.id}`} class="btn">{t("make")}</Link>
        : <span class="recording-nothing" />}
    </li>
  );
}

function Marks({ take }: { readonly take: Take }) {
  const { t } = useRecording();
  if (take.status === "capturing") {
    return (
      <span class="pill rec">
        <span class="recdot" />
        {t("running")}
      </span>
    );
  }
  return (
    <>
      {take.status === "interrupted" && <span class="pill warn">{t("interrupted")}</span>}
      {take.lost_packets > 0 && <span class="pill warn">{t("lost", { n: take.lost_packets })}
      </span>}
      {take.voices.length === 0 && <span class="pill">{t("no_voices")}</span>}
      {take.pruned && <span class="pill">{t("pruned")}</span>}
    </>
  );
}
