/** A stretch that is marked in the editor becomes a clip: nothing of what is edited changes by it. */

import { Note } from "@salon/client";
import { NameDialog } from "./name_dialog.tsx";
import { type Recording, useRecording } from "./shared/context.ts";
import { exactStamp } from "./shared/time.ts";
import { CLIP, CLIPS, type Episode, type Span, type Take } from "./shared/wire.ts";

export const LONGEST_S = 90;

export function mayClip({ salon }: Recording): boolean {
  return salon.may(CLIP);
}

export function ClipDialog({ take, episode, stretch, onClose }: {
  readonly take: Take;
  /** The one that is edited; its clip can be a soundbite. */
  readonly episode: Episode | undefined;
  readonly stretch: Span;
  readonly onClose: () => void;
}) {
  const { salon, t } = useRecording();
  const { start_s, end_s } = stretch;
  const keep = async (title: string) => {
    const of = episode ? { episode: episode.id } : {};
    await salon.command("recording.clip_take", { take: take.id, ...of, title, start_s, end_s });
    const open = { label: t("clips_open"), run: () => salon.navigate(CLIPS) };
    salon.toast({ text: t("clip_making_now"), tone: "good", action: open });
  };
  return (
    <NameDialog
      title={t("clip_title")}
      text={t("clip_text")}
      go={t("clip_go")}
      icon="cut"
      onKeep={keep}
      onClose={onClose}
    >
      <p class="num sm">{exactStamp(start_s)} – {exactStamp(end_s)}</p>
      {!isClip(stretch) && (
        <Note tone="warn" icon="clock">{t("clip_wrong", { most: LONGEST_S })}</Note>
      )}
    </NameDialog>
  );
}

function isClip({ start_s, end_s }: Span): boolean {
  return end_s - start_s >= 1 && end_s - start_s <= LONGEST_S;
}
