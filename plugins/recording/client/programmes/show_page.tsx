/** A show: the episode that is gathered, the template, and what the show says of itself. */

import { Empty, IconButton, Note, PanelHead, Skeleton, Tabs } from "@salon/client";
import { useEffect } from "preact/hooks";
import { useRecording } from "../shared/context.ts";
import { STUDIO } from "../shared/wire.ts";
import { AboutShow } from "./about_show.tsx";
import { NextEpisode } from "./next_episode.tsx";
import "./programmes.css";
import { useProgrammes } from "./programmes.ts";
import { Template } from "./template.tsx";

type View = "tonight" | "template" | "about";

/** `place` is "", "template" or "about". */
export function ShowPage({ id, place }: { readonly id: string; readonly place: string }) {
  const { salon, t, library } = useRecording();
  const programmes = useProgrammes();
  useEffect(() => {
    void programmes.load();
    void library.loadEpisodes();
    void library.loadTakes();
  }, [programmes]);
  const show = programmes.shows.value?.find((each) => each.id === id);
  const view: View = place === "template" || place === "about" ? place : "tonight";
  const tabs = (["tonight", "template", "about"] as const)
    .map((key) => ({ key, title: t(`show.${key}`) }));
  const to = `${STUDIO}/show/${id}`;
  const isReady = programmes.shows.value && library.episodes.value && library.takes.value;
  const reload = () => void programmes.load();
  return (
    <>
      <PanelHead
        big
        title={show?.name ?? t("shows")}
        start={
          <IconButton
            icon="back"
            label={t("back")}
            onPress={() => salon.navigate(`${STUDIO}/shows`)}
          />
        }
      >
        {show && (
          <div class="recording-tabs">
            <Tabs
              label={t("show.parts")}
              tabs={tabs}
              value={view}
              onChange={(key) => salon.navigate(key === "tonight" ? to : `${to}/${key}`)}
            />
          </div>
        )}
      </PanelHead>
      <div class="scroll leaf" {...(show?.in_file ? { tabIndex: 0 } : {})}>
        {programmes.problem.value && <Note tone="warn" icon="warn">{programmes.problem.value}
        </Note>}
        {!isReady && !programmes.problem.value && <Skeleton label={t("loading")} />}
        {isReady && !show && <Empty icon="wave" title={t("show.gone")} />}
        {show?.in_file && view !== "tonight" && <Note icon="lock">{t("show.of_file")}</Note>}
        {isReady && show && view === "tonight" && (
          <NextEpisode show={show} pieces={programmes.pieces.value ?? []} onChange={reload} />
        )}
        {isReady && show && view === "template" && (
          <Template
            key={show.revision}
            show={show}
            pieces={programmes.pieces.value ?? []}
            onChange={reload}
          />
        )}
        {isReady && show && view === "about" && (
          <AboutShow key={show.revision} show={show} onChange={reload} />
        )}
      </div>
    </>
  );
}
