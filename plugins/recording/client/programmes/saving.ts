/**
 * A draft that is saved while somebody changes it: one request at a time, always the latest state,
 * with the revision that the last answer named. What is not saved yet is never thrown away.
 */

import { CommandError } from "@salon/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Recording, sentence } from "../shared/context.ts";
import type { Episode, Segment } from "../shared/wire.ts";
import { fieldsOf } from "./programmes.ts";

/** What somebody changed and the server has not taken yet. */
export interface Change {
  readonly title: string;
  readonly segments: readonly Segment[];
}

export interface Saving {
  /** What is shown: one's own, or what the server has. */
  readonly shown: Change;
  readonly isSaved: boolean;
  /** Why it is not saved; `isOthers` when somebody else changed it meanwhile. */
  readonly problem: { readonly why: string; readonly isOthers: boolean } | null;
  readonly change: (part: Partial<Change>) => void;
  /** Sends one's own again, over what is there now. */
  readonly again: () => void;
  /** Shows what the server has, and lets go of one's own. */
  readonly giveUp: () => void;
}

export function useSaving({ salon, t, library }: Recording, episode: Episode): Saving {
  const [own, setOwn] = useState<Change | null>(null);
  const [problem, setProblem] = useState<Saving["problem"]>(null);
  const waiting = useRef<Change | null>(null);
  const isBusy = useRef(false);
  const revision = useRef(episode.revision);
  useEffect(() => {
    if (!isBusy.current) revision.current = episode.revision;
  }, [episode.revision]);
  const save = async () => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      while (waiting.current) {
        const wanted = waiting.current;
        waiting.current = null;
        const { episode: saved } = await salon.command("recording.arrange", {
          episode: episode.id,
          revision: revision.current,
          title: wanted.title.trim(),
          notes: episode.notes,
          segments: wanted.segments.map(fieldsOf),
        });
        revision.current = (saved as Episode).revision;
        library.changed({ episode: saved as Episode });
        setOwn((now) => now === wanted ? null : now);
      }
    } catch (error) {
      const isOthers = error instanceof CommandError &&
        error.reason === "recording.edited_meanwhile";
      setProblem({ why: sentence(error), isOthers });
      if (isOthers) await library.loadEpisodes();
    } finally {
      isBusy.current = false;
    }
  };
  const put = (wanted: Change) => {
    setOwn(wanted);
    if (!wanted.title.trim()) {
      setProblem({ why: t("title_missing"), isOthers: false });
      return;
    }
    setProblem(null);
    waiting.current = wanted;
    void save();
  };
  const shown = own ?? { title: episode.title, segments: episode.segments };
  return {
    shown,
    isSaved: own === null,
    problem,
    change: (part) => put({ ...shown, ...part }),
    again: () => {
      revision.current = episode.revision;
      if (own) put(own);
    },
    giveUp: () => {
      waiting.current = null;
      setOwn(null);
      setProblem(null);
    },
  };
}
