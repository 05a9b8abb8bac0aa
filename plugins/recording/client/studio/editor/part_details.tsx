/** One part by numbers: its edges, what is cut out of it, its chapters. */

import { Button, IconButton, TextField } from "@salon/client";
import { useRecording } from "../../shared/context.ts";
import { exactStamp } from "../../shared/time.ts";
import type { Chapter, Span } from "../../shared/wire.ts";
import { TimeField } from "../time_field.tsx";
import { chaptersOf, type Part } from "./draft.ts";

const CHAPTER_TITLE_MAX = 120;

export interface DetailsProps {
  readonly part: Part;
  /** How long the recording is; nobody moves the edges of a piece. */
  readonly most: number | undefined;
  readonly isTried: boolean;
  readonly onEdge: (edge: "start_s" | "end_s", at: number) => void;
  readonly onRestore: (cut: Span) => void;
  readonly onChapters: (chapters: readonly Chapter[], of: string) => void;
}

export function PartDetails(props: DetailsProps) {
  const { t } = useRecording();
  const { part, most } = props;
  return (
    <div class="recording-details">
      {most !== undefined && (
        <div class="recording-ends">
          <TimeField
            label={t("begin")}
            at={part.start_s}
            most={most}
            onChange={(at) => props.onEdge("start_s", at)}
          />
          <TimeField
            label={t("end")}
            at={part.end_s}
            most={most}
            onChange={(at) => props.onEdge("end_s", at)}
          />
        </div>
      )}
      {part.cuts.length > 0 && (
        <ul class="recording-cuts" aria-label={t("cuts")}>
          {part.cuts.map((cut) => (
            <li key={cut.start_s} class="recording-cut-out">
              <span class="grow num">
                {t("cuts")}, {exactStamp(cut.start_s)} – {exactStamp(cut.end_s)}
              </span>
              <Button size="s" icon="undo" onPress={() => props.onRestore(cut)}>
                {t("cut_restore")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Chapters {...props} />
    </div>
  );
}

function Chapters({ part, isTried, onChapters }: DetailsProps) {
  const { t } = useRecording();
  const here = chaptersOf(part);
  if (here.length === 0) return null;
  const put = (before: Chapter, title: string) =>
    onChapters(
      part.chapters.map((each) => each === before ? { ...each, title } : each),
      `chapter ${before.at_s}`,
    );
  return (
    <ul class="recording-chapters" aria-label={t("chapters")}>
      {here.map((chapter, number) => (
        <li key={chapter.at_s} class="recording-chapter">
          <span class="num sm">{exactStamp(chapter.at_s)}</span>
          <TextField
            label={t("chapter_title")}
            value={chapter.title}
            max={CHAPTER_TITLE_MAX}
            error={isTried && !chapter.title.trim() ? t("title_missing") : undefined}
            onInput={(title) => put(chapter, title)}
          />
          <IconButton
            icon="trash"
            label={t("chapter_remove", { n: number + 1 })}
            onPress={() => onChapters(part.chapters.filter((each) => each !== chapter), "")}
          />
        </li>
      ))}
    </ul>
  );
}
