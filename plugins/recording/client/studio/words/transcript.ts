/** What is written down of a recording, kept fresh while it is looked at. */

import type { ClientSalon } from "@salon/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { sentence } from "../../shared/context.ts";
import type { Passage, Transcript } from "../../shared/wire.ts";

export interface Reading {
  readonly transcript: Transcript;
  readonly lines: readonly Passage[];
  readonly hasMore: boolean;
}

export interface Reader {
  /** Undefined before the first answer. */
  readonly reading: Reading | undefined;
  readonly problem: string;
  readonly more: () => Promise<void>;
  readonly changed: (line: Passage) => void;
}

export function useTranscript(salon: ClientSalon, take: string): Reader {
  const [reading, keep] = useState<Reading | undefined>(undefined);
  const [problem, tell] = useState("");
  const isAsked = useRef(false);
  const isAtWork = useRef(false);
  const shown = useRef(0);
  shown.current = reading?.lines.length ?? 0;
  const ask = async (skip: number): Promise<Reading | undefined> => {
    try {
      const told = await salon.command("recording.transcript", { take, skip });
      tell("");
      return {
        transcript: told["transcript"] as Transcript,
        lines: told["passages"] as Passage[],
        hasMore: told["has_more"] === true,
      };
    } catch (error) {
      tell(sentence(error));
      return undefined;
    }
  };
  /** As many lines as are shown, a page at a time; who asks meanwhile waits for the next round. */
  const load = async (atLeast: number) => {
    isAsked.current = true;
    if (isAtWork.current) return;
    isAtWork.current = true;
    while (isAsked.current) {
      isAsked.current = false;
      let found = await ask(0);
      while (found?.hasMore && found.lines.length < atLeast) {
        const next = await ask(found.lines.length);
        found = next && { ...next, lines: [...found.lines, ...next.lines] };
      }
      if (found) keep(found);
    }
    isAtWork.current = false;
  };
  useEffect(() => {
    void load(0);
    return salon.on("recording.transcript_changed", (told: { readonly take_id: string }) => {
      if (told.take_id === take) void load(shown.current);
    });
  }, [take]);
  return {
    reading,
    problem,
    more: () => load(shown.current + 1),
    changed: (line) =>
      keep((now) =>
        now && { ...now, lines: now.lines.map((each) => each.id === line.id ? line : each) }
      ),
  };
}
