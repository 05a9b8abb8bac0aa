/** In the dialog that opens a room: it is recorded from its start. */

import { type RoomWish, SwitchRow } from "@salon/client";
import { useRecording } from "../shared/context.ts";

export function FromStart({ wish, change }: {
  readonly wish: RoomWish;
  readonly change: (part: Partial<RoomWish>) => void;
}) {
  const { t } = useRecording();
  return (
    <SwitchRow
      label={t("from_start")}
      hint={t("from_start_hint")}
      on={wish.toBeRecorded}
      onChange={(toBeRecorded) => change({ toBeRecorded })}
    />
  );
}
