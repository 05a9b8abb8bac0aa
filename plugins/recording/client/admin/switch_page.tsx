/** The owner's switch, and where the shows are. */

import { SwitchRow } from "@salon/client";
import { useEffect } from "preact/hooks";
import { DiskView } from "./disk.tsx";
import { attempt, useRecording } from "../shared/context.ts";
import { ShowLink } from "../studio/own_feed.tsx";

export function SwitchPage() {
  const recording = useRecording();
  const { t, library } = recording;
  const about = library.about.value;
  useEffect(() => void library.loadAbout(), []);
  return (
    <>
      <ul class="rows">
        <SwitchRow
          label={t("switch")}
          hint={t("switch_hint")}
          on={about?.enabled ?? false}
          disabled={!about}
          onChange={(enabled) => void attempt(recording, "recording.switch", { enabled })}
        />
      </ul>
      <DiskView />
      {about?.shows.map((show) => (
        <section key={show.id} class="recording-show">
          <h2 class="display">
            <bdi>{show.title}</bdi>
          </h2>
          <p class="row wrap">
            {show.for_members ? <ShowLink show={show} /> : (
              <>
                <a class="btn" href={show.url}>{t("show_page")}</a>
                <a class="btn" href={show.feed_url}>{t("feed")}</a>
              </>
            )}
          </p>
        </section>
      ))}
    </>
  );
}
