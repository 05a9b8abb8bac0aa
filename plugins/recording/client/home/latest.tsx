/** On Home: the episodes that came last. Nothing is shown where there is none. */

import { date, Icon } from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { useRecording } from "../shared/context.ts";
import type { LatestEpisode } from "../shared/wire.ts";

const NEW_FOR_MS = 7 * 86_400_000;
const SPREAD_MS = 400; // all pages are told at once that there is another

export function Latest() {
  const { salon, t } = useRecording();
  const [episodes, show] = useState<readonly LatestEpisode[]>([]);
  const me = salon.me.value; // anew with each line
  useEffect(() => {
    const ask = () =>
      salon.command("recording.latest").then(
        (answer) => show(answer["episodes"] as LatestEpisode[]),
        () => undefined, // what is known stays, and the next line asks again
      );
    void ask();
    return salon.on("recording.latest_changed", () => {
      setTimeout(() => void ask(), Math.random() * SPREAD_MS);
    });
  }, [me]);
  const newest = episodes[0];
  if (!newest) return null;
  return (
    <section class="recording-latest" aria-label={t("latest")}>
      <div class="hh">
        <h2 class="display">{t("latest")}</h2>
        <a class="sm" href={newest.show_url} target="_blank" rel="noopener">{t("all_episodes")}</a>
      </div>
      <ul>
        {episodes.map((episode) => <Row key={episode.id} episode={episode} />)}
      </ul>
    </section>
  );
}

/** In a tab of its own: whoever is in a room stays there. */
function Row({ episode }: { readonly episode: LatestEpisode }) {
  const { t } = useRecording();
  const isNew = Date.parse(episode.published_at) > Date.now() - NEW_FOR_MS;
  return (
    <li>
      <a
        class="recording-cover"
        href={episode.url}
        target="_blank"
        rel="noopener"
        tabIndex={-1}
        aria-hidden="true"
      >
        <img src={episode.cover_url} alt="" width={80} height={80} loading="lazy" />
        <span class="recording-cover-play">
          <Icon name="play" />
        </span>
      </a>
      <div class="grow">
        <a class="recording-title" href={episode.url} target="_blank" rel="noopener">
          <bdi>{episode.title}</bdi>
        </a>
        <span class="sm muted num">
          {date(episode.published_at)}, {t("minutes", { n: minutesOf(episode) })}
        </span>
        <span class="sm muted row">
          {t("voices", { n: episode.voices })}
          {isNew && <span class="pill accent">{t("new")}</span>}
        </span>
      </div>
    </li>
  );
}

function minutesOf({ duration_s }: LatestEpisode): number {
  return Math.max(1, Math.round(duration_s / 60));
}
