/**
 * What is left in the editor, of a recording or of an episode: taken up when it opens, and saved
 * after each change. Others who change it meanwhile are named, and nobody's work is written over.
 */

import { Button, moment, Note } from "@salon/client";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { fieldsOf } from "./programmes/programmes.ts";
import { Saver, type SavingState } from "./saver.ts";
import { type Recording, useRecording } from "./shared/context.ts";
import type { Episode } from "./shared/wire.ts";

/** What is edited: a recording, or an episode. */
export type Of = { readonly take: string } | { readonly episode: string };

export type Content = Pick<Episode, "title" | "notes" | "segments">;

export interface Edit extends Content {
  readonly revision: number;
  /** The one of the episode that was looked at. */
  readonly episode_revision: number | null;
  readonly by: string | null;
  readonly changed_at: string;
}

/** What was left there; null is nothing, undefined is not known yet. */
export function useEdit(of: Of): Edit | null | undefined {
  const { salon } = useRecording();
  const [edit, keep] = useState<Edit | null | undefined>(undefined);
  useEffect(() => {
    askFor(salon, of).then(keep, () => keep(null));
  }, []);
  return edit;
}

async function askFor(salon: Recording["salon"], of: Of): Promise<Edit | null> {
  return (await salon.command("recording.edit", of))["edit"] as Edit | null;
}

export interface Saving {
  readonly state: SavingState;
  readonly theirs: () => Promise<void>;
  readonly mine: () => Promise<void>;
  /** Forgets what was left: it was made. */
  readonly drop: () => Promise<void>;
}

export function useSaving({ of, edit, base, content, onTheirs }: {
  readonly of: Of;
  readonly edit: Edit | null;
  /** The revision of the episode that was looked at. */
  readonly base: number | undefined;
  readonly content: Content;
  readonly onTheirs: (theirs: Edit | null) => void;
}): Saving {
  const { salon, t } = useRecording();
  const [state, tell] = useState<SavingState>(edit ? "saved" : "unchanged");
  const wanted = useMemo(() => ({ base, content }), [base, content]);
  const known = useRef(wanted);
  const [saver] = useState(() =>
    new Saver<{ readonly base: number | undefined; readonly content: Content }>(
      edit?.revision ?? 0,
      {
        send: async (wanted, revision) => {
          const saved = await salon.command("recording.edit_save", {
            ...of,
            revision,
            ...(wanted.base === undefined ? {} : { episode_revision: wanted.base }),
            title: wanted.content.title,
            notes: wanted.content.notes,
            segments: wanted.content.segments.map(fieldsOf),
          });
          return saved["revision"] as number;
        },
        pause: (ms) => new Promise((done) => setTimeout(done, ms)),
        tell,
      },
    )
  );
  useEffect(() => {
    if (wanted === known.current) return;
    known.current = wanted;
    saver.put(wanted);
  }, [wanted]);
  useEffect(() => {
    const id = Object.values(of)[0];
    return salon.on("recording.edit_changed", (told) => {
      const names = told.by ?? t("unknown");
      if (told.of === id) saver.heard(told.revision, t("error.edited_meanwhile", { names }));
    });
  }, []);
  const isSafe = state === "unchanged" || state === "saved";
  useEffect(() => {
    if (isSafe) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isSafe]);
  const decide = async (isMine: boolean) => {
    const theirs = await askFor(salon, of);
    saver.decided(theirs?.revision ?? 0, isMine);
    if (isMine) return;
    onTheirs(theirs);
    tell("saved");
  };
  return {
    state,
    theirs: () => decide(false),
    mine: () => decide(true),
    drop: async () => {
      await saver.end();
      await salon.command("recording.edit_drop", of);
    },
  };
}

/** In the head: whether the last change is saved. */
export function SavingPill({ state }: { readonly state: SavingState }) {
  const { t } = useRecording();
  return (
    <span role="status">
      {state === "saved" && <span class="pill ok">{t("draft.saved")}</span>}
      {state === "saving" && <span class="pill">{t("draft.saving")}</span>}
    </span>
  );
}

/** Above what is edited: what keeps it from being saved, and who else is at it. */
export function SavingNote({ saving }: { readonly saving: Saving }) {
  const { t } = useRecording();
  const { state } = saving;
  if (state === "lost") return <Note tone="warn" icon="warn">{t("edit_lost")}</Note>;
  if (typeof state === "string") return null;
  if (!state.isOthers) {
    return <Note tone="warn" icon="warn">{t("draft.not_saved", { why: state.why })}</Note>;
  }
  return <Choose text={state.why} onTheirs={saving.theirs} onMine={saving.mine} />;
}

/** Somebody else changed it: their state or one's own. */
export function Choose({ text, onTheirs, onMine }: {
  readonly text: string;
  readonly onTheirs: () => unknown;
  readonly onMine: () => unknown;
}) {
  const { t } = useRecording();
  return (
    <Note tone="warn" icon="warn">
      <p>{text}</p>
      <div class="row wrap">
        <Button size="s" onPress={() => void onTheirs()}>{t("draft.theirs")}</Button>
        <Button size="s" onPress={() => void onMine()}>{t("draft.mine")}</Button>
      </div>
    </Note>
  );
}

/** When it was taken up again: whose it is, and the way to begin from nothing. */
export function TakenUp({ edit, onBegin }: {
  readonly edit: Edit;
  readonly onBegin: () => void;
}) {
  const { t } = useRecording();
  const told = { name: edit.by ?? t("unknown"), when: moment(edit.changed_at) };
  return (
    <Note icon="clock">
      <p>{t("edit_taken_up", told)}</p>
      <Button size="s" onPress={onBegin}>{t("edit_begin")}</Button>
    </Note>
  );
}
