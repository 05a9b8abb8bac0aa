/** The recordings that hold one's own voice, and the way to take it out. */

import { Button, Dialog, DialogFoot, Empty, moment, Skeleton } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import type { Take } from "../shared/wire.ts";

export function MineView() {
  const { t, library } = useRecording();
  const [asked, ask] = useState<Take | null>(null);
  const takes = library.mine.value;
  useEffect(() => void library.loadMine(), []);
  if (!takes) return library.problem.value ? null : <Skeleton label={t("loading")} lines={3} />;
  if (takes.length === 0) {
    return <Empty icon="mic" title={t("no_mine")} text={t("no_mine_text")} />;
  }
  return (
    <>
      <ul class="rows" aria-label={t("mine")}>
        {takes.map((take) => (
          <li key={take.id} class="recording-row">
            <div class="grow">
              <b class="trunc">
                <bdi>{take.room_name}</bdi>
              </b>
              <span class="detail">{moment(take.begun_at)}, {stamp(take.duration_s)}</span>
            </div>
            <Button tone="danger" onPress={() => ask(take)}>{t("take_out")}</Button>
          </li>
        ))}
      </ul>
      {asked && <Sure take={asked} onClose={() => ask(null)} />}
    </>
  );
}

function Sure({ take, onClose }: { readonly take: Take; readonly onClose: () => void }) {
  const recording = useRecording();
  const { salon, t, library } = recording;
  const takeOut = async () => {
    const isDone = await attempt(recording, "recording.take_out", { take: take.id });
    if (isDone) salon.toast({ text: t("taken_out"), tone: "good" });
    onClose();
    await library.loadMine();
  };
  return (
    <Dialog title={t("take_out_title")} onClose={onClose}>
      <p>{t("take_out_text")}</p>
      <DialogFoot>
        <Button onPress={onClose}>{t("keep")}</Button>
        <Button tone="danger" onPress={() => void takeOut()}>{t("take_out_yes")}</Button>
      </DialogFoot>
    </Dialog>
  );
}
