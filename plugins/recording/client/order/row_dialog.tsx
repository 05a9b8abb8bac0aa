/** One more part of the evening: people who talk, or for who may bring them a piece. */

import { Button, Dialog, DialogFoot, Form, Select, Submit, TextField } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import type { Piece } from "../programmes/wire.ts";
import { mayRecord, useRecording } from "../shared/context.ts";
import type { Row } from "./orders.ts";

const TITLE_MAX = 80;
const NOTE_MAX = 120;
const MINUTES_MAX = 240;
const TALK = "";

export function RowDialog({ onAdd, onClose }: {
  readonly onAdd: (row: Omit<Row, "id">) => void;
  readonly onClose: () => void;
}) {
  const { t } = useRecording();
  const pieces = usePieces();
  const [title, setTitle] = useState("");
  const [note, setNote] = useState("");
  const [minutes, setMinutes] = useState("5");
  const [piece, choose] = useState(TALK);
  const [isTried, setTried] = useState(false);
  const chosen = pieces.find(({ id }) => id === piece);
  const name = title.trim() || chosen?.title.slice(0, TITLE_MAX) || "";
  const add = () => {
    setTried(true);
    if (!name) return Promise.resolve();
    onAdd({
      title: name,
      note: chosen ? "" : note.trim(),
      length_s: chosen?.duration_s ?? 60 * Math.max(0, Math.min(MINUTES_MAX, Number(minutes) || 0)),
      piece: chosen?.id ?? null,
      piece_title: chosen?.title ?? "",
    });
    onClose();
    return Promise.resolve();
  };
  return (
    <Dialog title={t("order.add_title")} onClose={onClose}>
      <Form
        send={add}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("mark_not")}</Button>
            <Submit icon="plus">{t("order.add")}</Submit>
          </DialogFoot>
        }
      >
        {pieces.length > 0 && (
          <Select
            label={t("template.holds")}
            value={piece}
            options={[
              { value: TALK, label: t("template.talk") },
              ...pieces.map(({ id, title }) => ({ value: id, label: title })),
            ]}
            onChange={choose}
          />
        )}
        <TextField
          label={t("order.title")}
          value={title}
          max={TITLE_MAX}
          error={isTried && !name ? t("title_missing") : undefined}
          onInput={setTitle}
        />
        {!chosen && (
          <>
            <TextField label={t("order.note")} value={note} max={NOTE_MAX} onInput={setNote} />
            <TextField
              label={t("template.minutes")}
              type="number"
              value={minutes}
              onInput={setMinutes}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}

function usePieces(): readonly Piece[] {
  const recording = useRecording();
  const [pieces, set] = useState<readonly Piece[]>([]);
  useEffect(() => {
    if (!mayRecord(recording)) return;
    recording.salon.command("recording.pieces").then(
      (answer) => set(answer["pieces"] as readonly Piece[]),
      () => {}, // talk can be added without them
    );
  }, []);
  return pieces;
}
