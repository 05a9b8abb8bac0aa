/** A time by numbers: written, slid, and nudged. */

import { Button, TextField } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { useRecording } from "../shared/context.ts";
import { exactStamp, parseStamp } from "../shared/time.ts";

const SMALL_S = 0.1;
const LARGE_S = 1;

/** A time to write, a slider, and nudges: arrow keys move it a tenth of a second, with Shift one. */
export function TimeField({ label, at, most, onChange }: {
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
