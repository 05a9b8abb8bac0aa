/**
 * A recording laid out in time, a lane for each voice: its parts framed, what is cut out hatched,
 * chapters flagged. Dragging marks a stretch or moves an edge of the chosen part, a press moves the
 * position. For eyes and pointers: whoever has neither has the same in the list of parts, and keys.
 */

import { Avatar, hueClass, Icon } from "@salon/client";
import { useRef } from "preact/hooks";
import { account, nameOf, useRecording } from "../../shared/context.ts";
import { pathOf } from "../../shared/shape.ts";
import { stamp } from "../../shared/time.ts";
import type { Span, Take } from "../../shared/wire.ts";
import { chaptersOf, type Part, tenth } from "./draft.ts";
import type { Shapes } from "./shapes.ts";

const PRESS_PX = 4; // what moves less is a press
const EDGE_PX = 8;
const EDGE_TOUCH_PX = 22; // a finger's half
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600] as const;
const LINES_MAX = 8;

export interface DeckProps {
  readonly take: Take;
  readonly shapes: Shapes;
  readonly parts: readonly Part[];
  readonly chosen: number | null;
  readonly at: number;
  readonly selection: Span | null;
  readonly zoom: number;
  readonly onSeek: (seconds: number) => void;
  readonly onSelect: (span: Span | null) => void;
  readonly onChoose: (key: number) => void;
  readonly onEdge: (key: number, edge: "start_s" | "end_s", at: number) => void;
}

export function Deck(props: DeckProps) {
  const recording = useRecording();
  const { take, parts } = props;
  const own = parts.filter((part) => part.take_id === take.id);
  const drag = useDrag(props, own);
  const place = (seconds: number) =>
    `${100 * Math.min(1, Math.max(0, seconds / take.duration_s))}%`;
  const over = ({ start_s, end_s }: Span) => ({
    left: place(start_s),
    right: `calc(100% - ${place(end_s)})`,
  });
  return (
    <div class="recording-deck" aria-hidden="true">
      <ul class="recording-names">
        {take.voices.map((id) => (
          <li key={id}>
            <Avatar account={account(recording, id)} size="xs" />
            <span class="trunc">
              <bdi>{nameOf(recording, id)}</bdi>
            </span>
          </li>
        ))}
      </ul>
      <div class="recording-tape">
        <div
          class="recording-lanes"
          style={{ inlineSize: `${100 * props.zoom}%` }}
          {...drag}
        >
          <div class="recording-ruler">
            {linesOf(take.duration_s, props.zoom).map((at) => (
              <span key={at} class="num" style={{ left: place(at) }}>{stamp(at)}</span>
            ))}
          </div>
          <div class="recording-flags">
            {own.flatMap((part) =>
              chaptersOf(part).map(({ at_s, title }) => (
                <span key={`${part.key} ${at_s}`} style={{ left: place(at_s) }}>
                  <Icon name="flag" />
                  <bdi class="trunc">{title}</bdi>
                </span>
              ))
            )}
          </div>
          {take.voices.map((id) => (
            <svg
              key={id}
              class={`recording-lane ${hueClass(account(recording, id)?.hue)}`}
              viewBox="0 0 1000 100"
              preserveAspectRatio="none"
            >
              <path d={pathOf(props.shapes.get(id) ?? [])} />
            </svg>
          ))}
          {gapsOf(own, take.duration_s).map((gap) => (
            <div key={gap.start_s} class="recording-unused" style={over(gap)} />
          ))}
          {own.map((part) => (
            <div
              key={part.key}
              class={part.key === props.chosen ? "recording-kept-part on" : "recording-kept-part"}
              style={over(part)}
            >
              <b class="num">{parts.indexOf(part) + 1}</b>
            </div>
          ))}
          {own.flatMap((part) =>
            part.cuts.map((cut) => (
              <div
                key={`${part.key} ${cut.start_s}`}
                class="recording-hatched"
                style={over(cut)}
              />
            ))
          )}
          {props.selection && <div class="recording-marked" style={over(props.selection)} />}
          <div class="recording-head" style={{ left: place(props.at) }} />
        </div>
      </div>
    </div>
  );
}

/** What no part holds. */
function gapsOf(parts: readonly Part[], durationS: number): readonly Span[] {
  const gaps: Span[] = [];
  let at = 0;
  for (const { start_s, end_s } of parts.toSorted((a, b) => a.start_s - b.start_s)) {
    if (start_s > at) gaps.push({ start_s: at, end_s: start_s });
    at = Math.max(at, end_s);
  }
  if (at < durationS) gaps.push({ start_s: at, end_s: durationS });
  return gaps;
}

function linesOf(durationS: number, zoom: number): readonly number[] {
  const most = LINES_MAX * zoom;
  const step = STEPS_S.find((each) => durationS / each <= most) ?? durationS;
  return Array.from({ length: Math.floor(durationS / step) }, (_, number) => number * step);
}

type Grip =
  | { readonly kind: "edge"; readonly key: number; readonly edge: "start_s" | "end_s" }
  | { readonly kind: "stretch"; readonly from: number; readonly x: number; moved: boolean };

function useDrag(props: DeckProps, own: readonly Part[]) {
  const grip = useRef<Grip | null>(null);
  const durationS = props.take.duration_s;
  const timeAt = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return tenth(durationS * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  };
  const edgeAt = (event: PointerEvent & { currentTarget: HTMLElement }): Grip | null => {
    const chosen = own.find(({ key }) => key === props.chosen);
    if (!chosen) return null;
    const box = event.currentTarget.getBoundingClientRect();
    const near = event.pointerType === "mouse" ? EDGE_PX : EDGE_TOUCH_PX;
    const away = (seconds: number) =>
      Math.abs(event.clientX - box.left - box.width * seconds / durationS);
    const edge = away(chosen.start_s) < away(chosen.end_s) ? "start_s" : "end_s";
    return away(chosen[edge]) <= near ? { kind: "edge", key: chosen.key, edge } : null;
  };
  return {
    onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const from = timeAt(event);
      grip.current = edgeAt(event) ?? { kind: "stretch", from, x: event.clientX, moved: false };
    },
    onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      const held = grip.current;
      if (!held) return;
      const at = timeAt(event);
      if (held.kind === "edge") return props.onEdge(held.key, held.edge, at);
      held.moved ||= Math.abs(event.clientX - held.x) > PRESS_PX;
      if (held.moved) {
        props.onSelect({ start_s: Math.min(held.from, at), end_s: Math.max(held.from, at) });
      }
    },
    onPointerUp: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      const held = grip.current;
      grip.current = null;
      if (!held || held.kind === "edge" || held.moved) return;
      const at = timeAt(event);
      props.onSelect(null);
      props.onSeek(at);
      const under = own.find(({ start_s, end_s }) => at >= start_s && at < end_s);
      if (under) props.onChoose(under.key);
    },
    onPointerCancel: () => void (grip.current = null),
  };
}
