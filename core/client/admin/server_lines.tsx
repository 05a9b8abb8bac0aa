/** Rooms, the lines of one, and the worst of all: who loses what on which way. */

import { useApp } from "../app/app.ts";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { qualityOf } from "../line_quality.ts";
import { flowOf, milliseconds, percent } from "./figures.ts";
import {
  type LineMeasures,
  type Pace,
  reasons,
  type RoomMeasures,
  worst,
  type WorstLine,
} from "./measures.ts";
import { Tally } from "./server_workers.tsx";

const MS_PER_S = 1_000;

interface RoomsProps {
  readonly rooms: readonly RoomMeasures[];
  readonly paces: ReadonlyMap<string, Pace>;
  readonly lines: readonly LineMeasures[];
  /** The room whose lines are shown. */
  readonly shown: string | null;
  readonly onShow: (roomId: string) => void;
}

export function Rooms({ rooms, paces, lines, shown, onShow }: RoomsProps) {
  const { store } = useApp();
  if (rooms.length === 0) return <p class="sm muted">{t("srv.no_rooms")}</p>;
  return (
    <List label={t("rooms")}>
      {rooms.flatMap((room) => {
        const name = store.rooms.value.get(room.room_id)?.name ?? "";
        const pace = paces.get(room.room_id);
        return [
          <ListRow
            key={room.room_id}
            start={
              <span class="sq">
                <Icon name="door" />
              </span>
            }
            title={name}
            detail={[t("room.people", { n: room.people }), ...(pace ? [flowOf(pace)] : [])]
              .join(" · ")}
            end={
              <>
                <LossPill loss={room.loss_worst} />
                <button
                  type="button"
                  class="btn s"
                  aria-expanded={shown === room.room_id}
                  aria-label={t("srv.show_lines", { room: name })}
                  onClick={() => onShow(room.room_id)}
                >
                  {t("srv.lines")}
                </button>
              </>
            }
          />,
          shown === room.room_id && (
            <li key={`${room.room_id} lines`}>
              <div class="grow">
                <Lines lines={lines} label={t("srv.show_lines", { room: name })} />
                <Tally reasons={reasons([room.dropped])} />
              </div>
            </li>
          ),
        ];
      })}
    </List>
  );
}

export function WorstLines({ lines }: { readonly lines: readonly WorstLine[] }) {
  const bad = lines.filter((line) => !["good", "unknown"].includes(qualityOfLine(line)));
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("srv.worst")}</h2>
      </div>
      {bad.length === 0
        ? <p class="sm muted">{t("srv.worst_none")}</p>
        : <Lines lines={bad} label={t("srv.worst")} />}
    </section>
  );
}

function qualityOfLine(line: LineMeasures) {
  const trip = line.round_trip_ms;
  return qualityOf(worst(line.loss_up, line.loss_down), trip === null ? null : trip / MS_PER_S);
}

/** Of one room, or the worst of several: then each says in which. */
function Lines({ lines, label }: {
  readonly lines: readonly (LineMeasures | WorstLine)[];
  readonly label: string;
}) {
  const { store } = useApp();
  if (lines.length === 0) return <p class="sm muted">{t("srv.lines_none")}</p>;
  return (
    <ul class="rows plain" aria-label={label}>
      {lines.map((line) => {
        const account = store.accounts.value.get(line.account_id);
        const trip = line.round_trip_ms;
        return (
          <ListRow
            key={line.account_id}
            start={<Avatar account={account} size="sm" />}
            title={account?.display_name ?? ""}
            detail={
              <>
                {"room_id" in line && (
                  <span class="detail">{store.rooms.value.get(line.room_id)?.name ?? ""}</span>
                )}
                <span class="detail">
                  {t("srv.up", { said: wayOf(line.loss_up, line.jitter_up_ms) })}
                </span>
                <span class="detail">
                  {t("srv.down", { said: wayOf(line.loss_down, line.jitter_down_ms) })}
                </span>
                <span class="detail">
                  {line.transport.toUpperCase()}
                  {trip !== null && ` · ${t("srv.trip", { time: milliseconds(trip) })}`}
                </span>
              </>
            }
            end={<LossPill loss={worst(line.loss_up, line.loss_down)} roundTripMs={trip} />}
          />
        );
      })}
    </ul>
  );
}

function wayOf(loss: number | null, jitterMs: number | null): string {
  return loss === null
    ? t("srv.line_unknown")
    : t("srv.line", { share: percent(loss), jitter: milliseconds(jitterMs ?? 0) });
}

const PILLS = { unknown: "pill", good: "pill ok", weak: "pill warn", poor: "pill rec" } as const;

function LossPill({ loss, roundTripMs = null }: {
  readonly loss: number | null;
  readonly roundTripMs?: number | null;
}) {
  const quality = qualityOf(loss, roundTripMs === null ? null : roundTripMs / MS_PER_S);
  const words = loss === null
    ? t("srv.unknown")
    : loss === 0
    ? t("srv.loss_none")
    : t("srv.loss", { share: percent(loss) });
  return <span class={PILLS[quality]}>{words}</span>;
}
