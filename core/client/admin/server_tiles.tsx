/** What the whole server does: six figures, each with its last two minutes. */

import { t } from "../i18n.ts";
import { megabytes, percent, rounded, sum, whole } from "./figures.ts";
import {
  costOf,
  type Look,
  type Pace,
  type ServerMeasures,
  together,
  workerPaces,
} from "./measures.ts";

export function Tiles(
  { looks, now }: { readonly looks: readonly Look[]; readonly now: ServerMeasures },
) {
  const paces = looks.map((look, at) => together(workerPaces(looks[at - 1], look).values()));
  const pace = paces.at(-1) ?? null;
  const cost = costOf(pace);
  const lit = now.rooms.filter((room) => room.people > 0);
  const isApart = now.workers.every((worker) => worker.is_apart);
  const over = (value: (pace: Pace) => number) =>
    paces.flatMap((each) => each ? [value(each)] : []);
  const memory = (of: ServerMeasures) => sum(of.workers.map((worker) => worker.memory_bytes));
  return (
    <ul class="mets">
      <Tile
        title={t("srv.people")}
        value={whole(people(now))}
        foot={t("srv.rooms_lit", { n: lit.length })}
        history={looks.map((look) => people(look.measures))}
      />
      <Tile
        title={t("srv.in")}
        value={whole(pace?.received)}
        foot={t("srv.each_second")}
        history={over((each) => each.received)}
      />
      <Tile
        title={t("srv.out")}
        value={whole(pace?.forwarded)}
        foot={t("srv.each_second")}
        history={over((each) => each.forwarded)}
      />
      <Tile
        title={t("srv.dropped")}
        value={whole(pace?.dropped)}
        foot={t("srv.each_second")}
        history={over((each) => each.dropped)}
      />
      <Tile
        title={t("srv.processor")}
        value={percent(pace?.cpu ?? null)}
        foot={cost === null ? t("srv.cost_unknown") : t("srv.cost", { n: rounded(cost) })}
        history={over((each) => each.cpu)}
      />
      <Tile
        title={t("srv.memory")}
        value={megabytes(memory(now))}
        foot={isApart ? t("srv.of_workers", { n: now.workers.length }) : t("srv.of_server")}
        history={looks.map((look) => memory(look.measures))}
      />
    </ul>
  );
}

interface TileProps {
  readonly title: string;
  readonly value: string;
  readonly foot: string;
  /** Since the page was opened, the oldest first. */
  readonly history: readonly number[];
}

function Tile({ title, value, foot, history }: TileProps) {
  return (
    <li class="well met">
      <span class="eyebrow">{title}</span>
      <b class="display num">{value}</b>
      <Spark values={history} />
      <span class="xs muted">{foot}</span>
    </li>
  );
}

const SPARK = { width: 260, height: 48, points: 15 }; // at least: a begun one grows from the right

function Spark({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(...values, 0) || 1;
  const step = SPARK.width / (Math.max(SPARK.points, values.length) - 1);
  const begin = SPARK.width - (values.length - 1) * step;
  const points = values.map((value, at) =>
    `${(begin + at * step).toFixed(1)} ${((1 - value / most) * (SPARK.height - 4) + 2).toFixed(1)}`
  );
  const line = `M${points.join("L")}`;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {points.length > 1 && (
        <>
          <path class="under" d={`${line}V${SPARK.height}H${begin}z`} />
          <path class="over" d={line} />
        </>
      )}
    </svg>
  );
}

function people(measures: ServerMeasures): number {
  return sum(measures.rooms.map((room) => room.people));
}
