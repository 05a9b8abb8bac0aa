/**
 * The parts in their order. A part is moved by its handle: dragged, by finger or mouse, or with the
 * arrow keys; by the buttons beside it as well. One is chosen, and its details are open.
 */

import { IconButton } from "@salon/client";
import type { ComponentChildren, RefObject } from "preact";
import { useRef } from "preact/hooks";
import { useRecording } from "../../shared/context.ts";
import { exactStamp, stamp } from "../../shared/time.ts";
import { Handle } from "../handle.tsx";
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
  return (
    <ol class="recording-order" aria-label={t("parts")} ref={list}>
      {props.parts.map((part, place) => (
        <Row key={part.key} part={part} place={place} list={list} all={props} />
      ))}
    </ol>
  );
}

function Row({ part, place, list, all }: {
  readonly part: Part;
  readonly place: number;
  readonly list: RefObject<HTMLElement | null>;
  readonly all: OrderProps;
}) {
  const { t } = useRecording();
  const isChosen = part.key === all.chosen;
  const number = { n: place + 1, all: all.parts.length };
  const move = (by: number) => all.onMove(part.key, place + by);
  return (
    <li class={isChosen ? "on" : ""}>
      <div class="recording-part">
        <Handle
          label={t("part_move", number)}
          place={place}
          list={list}
          onMove={(to) => all.onMove(part.key, to)}
        />
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
