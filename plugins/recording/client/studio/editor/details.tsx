/** Before it goes out: its title and notes, and who has agreed to be heard in it. */

import { Form, listed, Note, Submit, TextField } from "@salon/client";
import type { ComponentChildren } from "preact";
import { useRecording } from "../../shared/context.ts";
import { stamp } from "../../shared/time.ts";
import type { Episode } from "../../shared/wire.ts";
import { type Draft, lengthOf, type wrongsOf } from "./draft.ts";

const TITLE_MAX = 200;
const NOTES_MAX = 4_000;

export function Details({ draft, episode, wrong, onTitle, onNotes, onSend, children }: {
  readonly draft: Draft;
  readonly episode: Episode | undefined;
  readonly wrong: ReturnType<typeof wrongsOf> | undefined;
  readonly onTitle: (title: string) => void;
  readonly onNotes: (notes: string) => void;
  readonly onSend: () => Promise<void>;
  readonly children: ComponentChildren;
}) {
  const { t } = useRecording();
  return (
    <section class="recording-details-of" aria-label={t("before_out")}>
      <h2 class="display">{t("before_out")}</h2>
      <Form
        send={onSend}
        foot={
          <div class="row wrap">
            <Submit size="lg">{t("go")}</Submit>
            {children}
          </div>
        }
      >
        <p class="sm muted">{t("length", { length: stamp(lengthOf(draft.parts)) })}</p>
        {wrong?.length && <p class="sm recording-wrong" role="alert">{t("too_short")}</p>}
        {episode && <Voices episode={episode} />}
        <TextField
          label={t("title")}
          value={draft.title}
          max={TITLE_MAX}
          error={wrong?.title && t(wrong.title)}
          onInput={onTitle}
        />
        <TextField
          label={t("notes")}
          hint={t("notes_hint")}
          lines
          value={draft.notes}
          max={NOTES_MAX}
          onInput={onNotes}
        />
      </Form>
    </section>
  );
}

/** Who is heard in what was made last, and whose yes is missing. */
function Voices({ episode }: { readonly episode: Episode }) {
  const { t } = useRecording();
  const { speakers, waiting, left_out } = episode;
  if (speakers.length + left_out.length === 0) return null;
  const agreed = speakers.length - waiting.length;
  return (
    <Note icon={waiting.length > 0 ? "clock" : "check"}>
      <b>{t("voices_agreed", { n: agreed, all: speakers.length })}</b>
      {waiting.length > 0 && (
        <p class="sm">{t("waiting", { n: waiting.length, names: listed(waiting) })}</p>
      )}
      {left_out.length > 0 && <p class="sm">{t("left_out", { names: listed(left_out) })}</p>}
      <p class="xs muted">{t("agreed_again")}</p>
    </Note>
  );
}
