/**
 * What is kept of a recording that runs: its shape so far, and two edges that are dragged or moved by
 * the arrow keys. The edges are ranges of the browser's, one above the other; only their thumbs catch.
 */

import { Icon } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { useRecording } from "../shared/context.ts";
import { pathOf } from "../shared/shape.ts";
import { stamp } from "../shared/time.ts";
import type { RoomState, Span } from "../shared/wire.ts";
import "./stretch.css";

const SHORTEST_S = 1;

export interface StretchProps {
  /** Empty for who may not hear it: they choose by the times alone. */
  readonly take: string;
  readonly lengthS: number;
  readonly part: Span;
  readonly marks: RoomState["marks"];
  readonly onChange: (part: Span) => void;
}

export function Stretch({ take, lengthS, part, marks, onChange }: StretchProps) {
  const { t } = useRecording();
  const shape = useShape(take);
  const place = (seconds: number) => `${100 * Math.min(1, Math.max(0, seconds / lengthS))}%`;
  const edge = (which: "start_s" | "end_s", label: string) => (
    <input
      type="range"
      min={0}
      max={lengthS}
      step="any"
      value={part[which]}
      aria-label={label}
      aria-valuetext={stamp(part[which])}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        move(which, part[which] + by * (event.shiftKey ? 10 : 1));
      }}
      onInput={(event) => move(which, Number(event.currentTarget.value))}
    />
  );
  const move = (which: "start_s" | "end_s", at: number) =>
    onChange(
      which === "start_s"
        ? { ...part, start_s: Math.max(0, Math.min(at, part.end_s - SHORTEST_S)) }
        : { ...part, end_s: Math.min(lengthS, Math.max(at, part.start_s + SHORTEST_S)) },
    );
  return (
    <div class="recording-live-part">
      <div class="recording-live-tape">
        <svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
          <path
            d={pathOf(shape.bars)}
            transform={`scale(${Math.min(1, shape.duration_s / lengthS)} 1)`}
          />
        </svg>
        {marks.map((mark) => (
          <span
            key={`${mark.at_s} ${mark.title}`}
            class="recording-live-mark"
            aria-hidden="true"
            style={{ insetInlineStart: place(mark.at_s) }}
          >
            <Icon name="flag" />
          </span>
        ))}
        <div
          class="recording-live-kept"
          style={{
            left: place(part.start_s),
            right: `calc(100% - ${place(part.end_s)})`,
          }}
        />
        {edge("start_s", t("begin"))}
        {edge("end_s", t("end"))}
      </div>
      <p class="xs num" role="status">
        {t("mark_span", {
          from: stamp(part.start_s),
          to: stamp(part.end_s),
          length: stamp(part.end_s - part.start_s),
        })}
      </p>
    </div>
  );
}

interface Shape {
  readonly bars: readonly number[];
  readonly duration_s: number;
}

const FLAT: Shape = { bars: [], duration_s: 0 };

/** The shape as it is now; without it the edges are moved all the same. */
function useShape(take: string): Shape {
  const [shape, keep] = useState(FLAT);
  useEffect(() => {
    if (!take) return;
    let isOver = false;
    fetch(`/p/recording/shapes/${take}.json`)
      .then((answer) => answer.ok ? answer.json() : FLAT, () => FLAT)
      .then((found: Shape) => {
        if (!isOver) keep(found);
      });
    return () => void (isOver = true);
  }, [take]);
  return shape;
}
