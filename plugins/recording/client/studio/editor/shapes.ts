/** The rough shape of each voice of a recording; asked for when its recording is looked at. */

import { useEffect, useState } from "preact/hooks";
import type { Take } from "../../shared/wire.ts";

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** A voice whose shape does not come has none; everything else works without. */
export function useShapes(take: Take | undefined): Shapes {
  const [shapes, keep] = useState<Shapes>(new Map());
  useEffect(() => {
    if (!take) return;
    let isOver = false;
    keep(new Map());
    for (const voice of take.voices) {
      void barsOf(take.id, voice).then((bars) => {
        if (!isOver) keep((before) => new Map(before).set(voice, bars));
      });
    }
    return () => void (isOver = true);
  }, [take?.id]);
  return shapes;
}

async function barsOf(take: string, voice: string): Promise<readonly number[]> {
  try {
    const answer = await fetch(`/p/recording/shapes/${take}/${voice}.json`);
    return answer.ok ? (await answer.json() as { bars: number[] }).bars : [];
  } catch {
    return [];
  }
}
