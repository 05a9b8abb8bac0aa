/** What was recorded, what became of it, and where one's own voice is. */

import { BackToRooms, Button, Link, Note, PanelHead, Tabs } from "@salon/client";
import { useEffect, useRef } from "preact/hooks";
import { mayRecord, useRecording } from "../shared/context.ts";
import { CLIPS, STUDIO } from "../shared/wire.ts";
import { ShowPage } from "../programmes/show_page.tsx";
import { ShowsView } from "../programmes/shows_view.tsx";
import { AskedView } from "./asked_view.tsx";
import { ClipPage } from "./clip_page.tsx";
import { ClipsView } from "./clips_view.tsx";
import { EditorPage } from "./editor/editor_page.tsx";
import { EpisodesView } from "./episodes_view.tsx";
import { MineView } from "./mine_view.tsx";
import { ShowLink } from "./own_feed.tsx";
import { SaidView } from "./said_view.tsx";
import { TakesView } from "./takes_view.tsx";

type View = "takes" | "episodes" | "shows" | "clips" | "mine" | "said";

/**
 * `path` is "/studio", "/studio/episodes", "/studio/shows", "/studio/clips", "/studio/mine", or
 * "/studio/…/<id>" of a take, an episode, a show (with "/template" or "/about"), what was said in a
 * take, or the clip of an episode (by its address).
 */
export function StudioPage({ path }: { readonly path: string }) {
  const recording = useRecording();
  const { salon, t, library } = recording;
  const [, , place = "", id = ""] = path.split("/");
  const isMaker = mayRecord(recording);
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chosen = row.current?.querySelector('[aria-selected="true"]');
    chosen?.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a phone the row is longer
  }, [path, isMaker]);
  if (isMaker && id && (place === "take" || place === "episode")) {
    return <EditorPage key={id} kind={place} id={id} />;
  }
  if (isMaker && id && place === "show") {
    return <ShowPage key={id} id={id} place={path.split("/")[4] ?? ""} />;
  }
  if (place === "clip" && id) return <ClipPage key={id} slug={id} />;
  const view: View = place === "clips"
    ? "clips"
    : !isMaker || place === "mine"
    ? "mine"
    : place === "said" && id
    ? "said"
    : place === "episodes" || place === "shows"
    ? place
    : "takes";
  const tabs = [
    { key: "takes", title: t("takes") },
    { key: "episodes", title: t("episodes") },
    { key: "shows", title: t("shows") },
    { key: "clips", title: t("clips") },
    { key: "mine", title: t("mine") },
  ] as const;
  return (
    <>
      <PanelHead big title={t("nav")} start={<BackToRooms />}>
        {isMaker && (
          <div class="recording-tabs" ref={row}>
            <Tabs
              label={t("views")}
              tabs={tabs}
              value={view === "said" ? "takes" : view}
              onChange={(key) => salon.navigate(key === "takes" ? STUDIO : `${STUDIO}/${key}`)}
            />
          </div>
        )}
      </PanelHead>
      <div class="scroll leaf">
        <Problem />
        {view === "takes" && <TakesView />}
        {view === "episodes" && <EpisodesView />}
        {view === "shows" && <ShowsView />}
        {view === "clips" && <ClipsView />}
        {view === "mine" && !isMaker && (
          <p>
            <Link to={CLIPS} class="btn ghost">{t("clips_open")}</Link>
          </p>
        )}
        {view === "mine" && <AskedView />}
        {view === "mine" && <MineView />}
        {view === "mine" && <SaidView />}
        {view === "said" && <SaidView key={id} take={id} />}
        {library.about.value && (
          <p class="row wrap">
            {library.about.value.shows.map((show) => <ShowLink key={show.id} show={show} />)}
          </p>
        )}
      </div>
    </>
  );
}

function Problem() {
  const { t, library } = useRecording();
  useEffect(() => void library.loadAbout(), []);
  if (!library.problem.value) return null;
  return (
    <Note tone="warn" icon="warn">
      <p>{library.problem.value}</p>
      <Button size="s" icon="refresh" onPress={() => location.reload()}>{t("again")}</Button>
    </Note>
  );
}
