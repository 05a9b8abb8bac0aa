/** The server: what its media workers do now, who loses what in which room, and what was not used. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { moment } from "../format.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { bytes } from "../sizes.ts";
import type { Refusal } from "../wire.ts";
import {
  type FileMeasures,
  type Look,
  roomPaces,
  type ServerMeasures,
  workerPaces,
} from "./measures.ts";
import { Rooms, WorstLines } from "./server_lines.tsx";
import { Tiles } from "./server_tiles.tsx";
import { Reasons, Workers } from "./server_workers.tsx";

const EVERY_MS = 2_000;
const LOOKS_KEPT = 60; // two minutes
const NEARLY_FULL = .9;

export function ServerPage() {
  const { version } = useApp();
  const [shown, show] = useState<string | null>(null);
  const { looks, refusal, again } = useLooks(shown);
  const now = looks.at(-1);
  if (refusal) {
    return (
      <Empty icon="server" title={refusal.message}>
        <Button icon="refresh" onPress={again}>{t("again")}</Button>
      </Empty>
    );
  }
  if (!now) return <Skeleton label={t("loading")} lines={3} />;
  const { started_at, workers, rooms, worst: worstLines, lines } = now.measures;
  const before = looks.at(-2);
  const since = { version: version.value, when: moment(started_at) };
  return (
    <>
      <Tiles looks={looks} now={now.measures} />
      <section>
        <div class="hh">
          <h2 class="display">{t("srv.workers")}</h2>
        </div>
        <Workers workers={workers} paces={workerPaces(before, now)} />
        <p class="xs muted">{t("srv.since", since)}</p>
      </section>
      <WorstLines lines={worstLines} />
      <section>
        <div class="hh">
          <h2 class="display">{t("rooms")}</h2>
        </div>
        <Rooms
          rooms={rooms}
          paces={roomPaces(before, now)}
          lines={lines}
          shown={shown}
          onShow={(id) => show(id === shown ? null : id)}
        />
      </section>
      <Reasons workers={workers} />
      <Disk files={now.measures.files} />
    </>
  );
}

/** How full it is, as a meter and in words. */
function Disk({ files }: { readonly files: FileMeasures }) {
  const { kept_bytes, most_bytes, free_bytes, disk_bytes } = files;
  const used = t("srv.files_used", { used: bytes(kept_bytes), most: bytes(most_bytes) });
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("srv.files")}</h2>
      </div>
      <div class="well">
        <meter
          class="full"
          aria-label={used}
          min={0}
          max={most_bytes}
          high={most_bytes * NEARLY_FULL}
          value={kept_bytes}
        />
        <p>{used}</p>
        <p class="xs muted">
          {t("srv.disk", { free: bytes(free_bytes), size: bytes(disk_bytes) })}
        </p>
      </div>
    </section>
  );
}

// -- looking

/** Asks every two seconds while the page is looked at; keeps the answers of the last minutes. */
function useLooks(roomId: string | null) {
  const app = useApp();
  const [looks, keep] = useState<readonly Look[]>([]);
  const [refusal, refuse] = useState<Refusal | null>(null);
  const [tries, again] = useState(0);
  const isOpen = app.socket.phase.value === "open";
  useEffect(() => {
    if (!isOpen) return;
    let isOver = false;
    const look = async () => {
      try {
        const answer = await app.command("server.measure", roomId ? { room: roomId } : {});
        if (isOver) return;
        const measures = answer as unknown as ServerMeasures;
        keep((all) => [...all, { atMs: performance.now(), measures }].slice(-LOOKS_KEPT));
        refuse(null);
      } catch (error) {
        if (!isOver && (error as Refusal).code !== "lost") refuse(error as Refusal);
      }
    };
    void look();
    const timer = setInterval(() => document.hidden || void look(), EVERY_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [isOpen, roomId, tries]);
  return { looks, refusal, again: () => again(tries + 1) };
}
