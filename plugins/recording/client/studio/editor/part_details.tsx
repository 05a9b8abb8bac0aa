/** One part by numbers: its edges, what is cut out of it, its chapters. */

import { Button, IconButton, TextField } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { useRecording } from "../../shared/context.ts";
import { exactStamp, parseStamp } from "../../shared/time.ts";
import type { Chapter, Span } from "../../shared/wire.ts";
import { chaptersOf, type Part } from "./draft.ts";

const CHAPTER_TITLE_MAX = 120;
const SMALL_S = 0.1;
const LARGE_S = 1;

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
          <Edge
            label={t("begin")}
            at={part.start_s}
            most={most}
            onChange={(at) => props.onEdge("start_s", at)}
          />
          <Edge
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

/** A time to write, a slider, and nudges: arrow keys move it a tenth of a second, with Shift one. */
function Edge({ label, at, most, onChange }: {
  readonly label: string;
  readonly at: number;
  readonly most: number;
  readonly onChange: (at: number) => void;
}) {
  const { t } = useRecording();
  const [typed, type] = useState(exactStamp(at));
  useEffect(() => type((before) => parseStamp(before) === at ? before : exactStamp(at)), [at]);
  const write = (text: string) => {
    type(text);
    const seconds = parseStamp(text);
    if (seconds !== null) onChange(seconds);
  };
  const nudge = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    onChange(at + by * (event.shiftKey ? LARGE_S : SMALL_S));
  };
  return (
    <div class="recording-edge">
      <TextField
        label={label}
        value={typed}
        error={parseStamp(typed) === null ? t("times_wrong") : undefined}
        onInput={write}
      />
      <input
        class="recording-range"
        type="range"
        aria-label={label}
        aria-valuetext={exactStamp(at)}
        min={0}
        max={most}
        step={SMALL_S}
        value={at}
        onKeyDown={nudge}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <div class="recording-nudges">
        {[-LARGE_S, -SMALL_S, SMALL_S, LARGE_S].map((by) => (
          <Button
            key={by}
            size="s"
            onPress={() => onChange(at + by)}
          >
            <span class="sr">{label}</span> {by > 0 ? `+${by}` : `−${-by}`}
          </Button>
        ))}
      </div>
    </div>
  );
}
