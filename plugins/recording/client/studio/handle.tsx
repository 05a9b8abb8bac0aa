/** What moves a row of a list: dragged by finger or mouse, or with the arrow keys. */

import { Icon } from "@salon/client";
import { type RefObject } from "preact";
import { useRef } from "preact/hooks";

export interface HandleProps {
  readonly label: string;
  readonly place: number;
  /** The list whose children are the rows. */
  readonly list: RefObject<HTMLElement | null>;
  readonly onMove: (place: number) => void;
}

export function Handle({ label, place, list, onMove }: HandleProps) {
  const isHeld = useRef(false);
  const placeUnder = (y: number) => {
    const rows = [...(list.current?.children ?? [])];
    const under = rows.findIndex((row) => y < row.getBoundingClientRect().bottom);
    return under < 0 ? rows.length - 1 : under;
  };
  return (
    <button
      type="button"
      class="recording-handle"
      aria-label={label}
      title={label}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        onMove(place + (event.key === "ArrowUp" ? -1 : 1));
      }}
      onPointerDown={(event) => {
        isHeld.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const under = placeUnder(event.clientY);
        if (isHeld.current && under !== place) onMove(under);
      }}
      onPointerUp={() => void (isHeld.current = false)}
      onPointerCancel={() => void (isHeld.current = false)}
    >
      <Icon name="drag" />
    </button>
  );
}
