/**
 * Somebody is asked up, or to take over: a question wherever they are in the app. The server says when
 * it is over; a clock of the page's may be wrong.
 */

import "../app/first.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast } from "../app/asking.ts";
import { clock } from "../format.ts";
import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { toast } from "../kit/toast.tsx";
import type { Room } from "../wire.ts";
import { useRuler } from "../rooms/ruled.ts";
import { asksAt, type Invited, speaksAt, stageOf } from "./stage.ts";

await loadWords("stage");

export default function StageInvitation({ room }: { readonly room: Room }) {
  const app = useApp();
  const world = app.store.world.value;
  const stage = stageOf(world, room);
  const mine = stage?.invited.find((each) => each.account_id === world.me);
  const [later, leaveFor] = useState("");
  useMoves(room, !!stage && speaksAt(stage, world.me));
  if (!mine || later === mine.until) return null;
  const answer = (accept: boolean) => {
    leaveFor(mine.until); // the dialog goes at once
    void orToast(app.command("stage.answer", { room: room.id, accept }));
  };
  return (
    <Question
      mine={mine}
      hasHand={!!stage && asksAt(stage, world.me)}
      onAnswer={answer}
      onClose={() => leaveFor(mine.until)}
    />
  );
}

function Question({ mine, hasHand, onAnswer, onClose }: {
  readonly mine: Invited;
  readonly hasHand: boolean;
  readonly onAnswer: (accept: boolean) => void;
  readonly onClose: () => void;
}) {
  const { store } = useApp();
  const name = store.accounts.value.get(mine.by_account_id ?? "")?.display_name ?? "";
  const time = clock(mine.until);
  const [title, text, no, yes] = mine.part === "host"
    ? [
      t("stage.take_over_title"),
      t("stage.take_over", { time }),
      t("stage.will_not"),
      t("stage.will_host"),
    ]
    : [
      t("stage.invited_title", { name }),
      t("stage.invited", { time }),
      t("stage.not_now"),
      t("stage.go_up"),
    ];
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="muted">{text} {hasHand && t("stage.hand_stays")}</p>
      <DialogFoot>
        <Button onPress={() => onAnswer(false)}>{no}</Button>
        <Button tone="primary" onPress={() => onAnswer(true)}>{yes}</Button>
      </DialogFoot>
    </Dialog>
  );
}

/** Says that one has come up or gone down. */
function useMoves(room: Room, isUp: boolean): void {
  const { ruled } = useApp();
  const name = useRuler("moved_down", room);
  const was = useRef(isUp);
  useEffect(() => {
    if (was.current === isUp) return;
    was.current = isUp;
    ruled.value = { ...ruled.value, moved_down: undefined };
    if (isUp) return void toast({ text: t("stage.up"), icon: "mic" });
    toast({ text: name ? t("stage.down_by", { name }) : t("stage.moved_down"), icon: "users" });
  }, [isUp]);
}
