/**
 * The parts in their order. A part is moved by its handle: dragged, by finger or mouse, or with the
 * arrow keys; by the buttons beside it as well. One is chosen, and its details are open.
 */

import { Icon, IconButton } from "@salon/client";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useRecording } from "../../shared/context.ts";
import { exactStamp, stamp } from "../../shared/time.ts";
import { lengthOf, type Part } from "./draft.ts";

export interface OrderProps {
  readonly parts: readonly Part[];
  readonly chosen: number | null;
  /** What it is a part of: a room and a day, or a piece that was uploaded. */
  readonly nameOf: (part: Part) => string;
  readonly onChoose: (key: number | null) => void;
  readonly onMove: (key: number, place: number) => void;
  readonly onRemove: (key: number) => void;
  readonly details: (part: Part) => ComponentChildren;
}

export function Order(props: OrderProps) {
  const { t } = useRecording();
  const list = useRef<HTMLOListElement>(null);
  const places = () => [...(list.current?.children ?? [])];
  const placeUnder = (y: number) => {
    const under = places().findIndex((row) => y < row.getBoundingClientRect().bottom);
    return under < 0 ? props.parts.length - 1 : under;
  };
  return (
    <ol class="recording-order" aria-label={t("parts")} ref={list}>
      {props.parts.map((part, place) => (
        <Row key={part.key} part={part} place={place} placeUnder={placeUnder} all={props} />
      ))}
    </ol>
  );
}

function Row({ part, place, placeUnder, all }: {
  readonly part: Part;
  readonly place: number;
  readonly placeUnder: (y: number) => number;
  readonly all: OrderProps;
}) {
  const { t } = useRecording();
  const isChosen = part.key === all.chosen;
  const isHeld = useRef(false);
  const number = { n: place + 1, all: all.parts.length };
  const move = (by: number) => all.onMove(part.key, place + by);
  return (
    <li class={isChosen ? "on" : ""}>
      <div class="recording-part">
        <button
          type="button"
          class="recording-handle"
          aria-label={t("part_move", number)}
          title={t("part_move", number)}
          onKeyDown={(event) => {
            if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
            event.preventDefault();
            move(event.key === "ArrowUp" ? -1 : 1);
          }}
          onPointerDown={(event) => {
            isHeld.current = true;
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => {
            const under = placeUnder(event.clientY);
            if (isHeld.current && under !== place) all.onMove(part.key, under);
          }}
          onPointerUp={() => void (isHeld.current = false)}
          onPointerCancel={() => void (isHeld.current = false)}
        >
          <Icon name="drag" />
        </button>
        <button
          type="button"
          class="recording-open"
          aria-expanded={isChosen}
          onClick={() => all.onChoose(isChosen ? null : part.key)}
        >
          <b class="num">{place + 1}</b>
          <span class="grow">
            <bdi class="semi trunc">{all.nameOf(part)}</bdi>
            <span class="detail num">
              {exactStamp(part.start_s)} – {exactStamp(part.end_s)}
            </span>
          </span>
          <span class="num sm muted">{stamp(lengthOf([part]))}</span>
        </button>
        <IconButton
          small
          icon="up"
          label={t("part_up", number)}
          disabled={place === 0}
          onPress={() => move(-1)}
        />
        <IconButton
          small
          icon="down"
          label={t("part_down", number)}
          disabled={place === all.parts.length - 1}
          onPress={() => move(1)}
        />
        <IconButton
          small
          icon="trash"
          label={t("part_remove", number)}
          onPress={() => all.onRemove(part.key)}
        />
      </div>
      {isChosen && all.details(part)}
    </li>
  );
}
