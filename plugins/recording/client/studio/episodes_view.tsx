/** Episodes: how far each is, and whether everybody may hear it. */

import { Button, Empty, Link, listed, moment, Note, Skeleton } from "@salon/client";
import { useEffect } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import { type Episode, STUDIO } from "../shared/wire.ts";
import { MakingView } from "./making_view.tsx";

const NAMES: Readonly<Record<string, string>> = { mp3: "MP3", opus: "Opus", m4a: "M4A" };

export function EpisodesView() {
  const { t, library } = useRecording();
  const episodes = library.episodes.value;
  useEffect(() => void library.loadEpisodes(), []);
  if (!episodes) return library.problem.value ? null : <Skeleton label={t("loading")} />;
  if (episodes.length === 0) {
    return <Empty icon="wave" title={t("no_episodes")} text={t("no_episodes_text")} />;
  }
  return (
    <ol class="recording-episodes" aria-label={t("episodes")}>
      {episodes.map((episode) => <EpisodeCard key={episode.id} episode={episode} />)}
    </ol>
  );
}

function EpisodeCard({ episode }: { readonly episode: Episode }) {
  const recording = useRecording();
  const { salon, t } = recording;
  const { speakers, status } = episode;
  const edit = () => salon.navigate(`${STUDIO}/episode/${episode.id}`);
  return (
    <li class="well">
      <div class="row wrap">
        <h2 class="display grow">
          <bdi>{episode.title}</bdi>
        </h2>
        <Status episode={episode} />
      </div>
      <p class="sm muted">
        {moment(episode.published_at ?? episode.created_at)}
        {status === "ready" && <>, {stamp(episode.duration_s)}</>}
        {speakers.length > 0 && <>, {speakers.join(", ")}</>}
      </p>
      {episode.held && <Note tone="warn" icon="clock">{t(`held.${episode.held}`)}</Note>}
      {status === "making" && <MakingView episode={episode} onStopped={edit} />}
      {status === "failed" && (
        <Note tone="warn" icon="warn">
          <b>{t("failed")}</b>
          {episode.failure && t(`failure.${episode.failure}`)}
          {episode.failure !== "taken_out" && (
            <Button
              size="s"
              icon="refresh"
              onPress={() =>
                void attempt(recording, "recording.make_again", { episode: episode.id })}
            >
              {t("make_again")}
            </Button>
          )}
        </Note>
      )}
      {episode.away_why && (
        <Note tone="warn" icon="clock">
          {t("away_stuck")} {t(`away.${episode.away_why}`)} {t("away_again")}
        </Note>
      )}
      {status === "ready" && episode.waiting.length > 0 && <Waiting episode={episode} />}
      {episode.left_out.length > 0 && (
        <p class="sm muted">{t("left_out", { names: listed(episode.left_out) })}</p>
      )}
      {status === "ready" && (
        <>
          <audio controls preload="none" src={`/p/recording/drafts/${episode.id}.mp3`} />
          <p class="row wrap">
            {episode.formats.map((format) => (
              <a
                key={format}
                class="btn ghost s"
                href={`/p/recording/drafts/${episode.id}.${format}`}
                download
              >
                {t("download_as", { format: NAMES[format] ?? format })}
              </a>
            ))}
          </p>
        </>
      )}
      {status !== "making" && <Doing episode={episode} />}
    </li>
  );
}

/** Who has not said yes. Who publishes does so for their own voice by it. */
function Waiting({ episode }: { readonly episode: Episode }) {
  const recording = useRecording();
  const { t } = recording;
  const leaveOut = () => attempt(recording, "recording.leave_out", { episode: episode.id });
  const names = { n: episode.waiting.length, names: listed(episode.waiting) };
  return (
    <Note icon="clock">
      <p>{t("waiting", names)}</p>
      <Button size="s" onPress={() => void leaveOut()}>{t("leave_out")}</Button>
    </Note>
  );
}

function Status({ episode }: { readonly episode: Episode }) {
  const { t } = useRecording();
  if (episode.is_out) {
    return <span class="pill ok">{t(episode.is_public ? "public" : "out_for_members")}</span>;
  }
  if (episode.withdrawn_at) return <span class="pill">{t("withdrawn")}</span>;
  if (episode.status === "draft") return <span class="pill">{t("draft")}</span>;
  if (episode.status === "ready") return <span class="pill info">{t("ready")}</span>;
  return null;
}

function Doing({ episode }: { readonly episode: Episode }) {
  const recording = useRecording();
  const { salon, t } = recording;
  const publish = async () => {
    const isDone = await attempt(recording, "recording.publish", { episode: episode.id });
    if (isDone) salon.toast({ text: t("published"), tone: "good" });
  };
  return (
    <div class="row wrap">
      {episode.status === "ready" && !episode.is_out && (
        <Button
          tone="soft"
          onPress={() => void publish()}
        >
          {episode.withdrawn_at ? t("publish_again") : t("publish", { n: episode.speakers.length })}
        </Button>
      )}
      {episode.is_public && <a class="btn" href={episode.url}>{t("page")}</a>}
      <Link
        to={episode.status === "draft"
          ? `${STUDIO}/show/${episode.show_id}`
          : `${STUDIO}/episode/${episode.id}`}
        class="btn ghost"
      >
        {t(episode.status === "failed" ? "cut_again" : "edit")}
      </Link>
      {episode.is_out && (
        <Button
          tone="danger"
          onPress={() => void attempt(recording, "recording.withdraw", { episode: episode.id })}
        >
          {t("withdraw")}
        </Button>
      )}
    </div>
  );
}
