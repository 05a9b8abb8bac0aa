/** Puts parts of a recording into the episode of a show that is gathered, from where they are cut. */

import { Button, Dialog, DialogFoot, Select } from "@salon/client";
import { useState } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import { type Segment, STUDIO } from "../shared/wire.ts";
import { fieldsOf } from "./programmes.ts";

export function PlaceButton({ parts }: { readonly parts: readonly Segment[] }) {
  const recording = useRecording();
  const { salon, t, library } = recording;
  const shows = library.about.value?.shows ?? [];
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState("");
  const show = shows.find(({ id }) => id === chosen) ?? shows[0];
  const talk = parts.filter(({ take_id }) => take_id !== null);
  if (!show || talk.length === 0) return null;
  const place = async () => {
    for (const part of talk) {
      const segment = fieldsOf({ ...part, slot: "" });
      delete segment["piece"];
      const fields = { show: show.id, segment };
      if (!await attempt(recording, "recording.place", fields)) return;
    }
    setOpen(false);
    salon.toast({ text: t("shelf.put_in", { show: show.title }), tone: "good" });
    salon.navigate(`${STUDIO}/show/${show.id}`);
  };
  return (
    <>
      <Button onPress={() => setOpen(true)}>{t("place.into")}</Button>
      {isOpen && (
        <Dialog title={t("place.into")} onClose={() => setOpen(false)}>
          <Select
            label={t("place.show")}
            value={show.id}
            options={shows.map(({ id, title }) => ({ value: id, label: title }))}
            onChange={setChosen}
          />
          <DialogFoot>
            <Button tone="primary" onPress={() => void place()}>{t("place.go")}</Button>
          </DialogFoot>
        </Dialog>
      )}
    </>
  );
}
