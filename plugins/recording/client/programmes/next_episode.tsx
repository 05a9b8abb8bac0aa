/**
 * The episode of a show that is gathered: its parts in their order, and the shelf they come from.
 *
 * Each change is saved at once, with the revision that was looked at. When somebody else changed it
 * meanwhile, both stay: what is there now can be shown, or one's own order sent again.
 */

import { Button, Empty, Icon, IconButton, moment, Note, TextField } from "@salon/client";
import { type RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import { stamp } from "../shared/time.ts";
import { type Episode, type Segment, STUDIO } from "../shared/wire.ts";
import { Handle } from "../studio/handle.tsx";
import { fieldsOf, isEmpty, moved, secondsOf } from "./programmes.ts";
import { useSaving } from "./saving.ts";
import { Shelf } from "./shelf.tsx";
import type { Piece, ShowCard } from "./wire.ts";

const TITLE_MAX = 200;

export interface NextEpisodeProps {
  readonly show: ShowCard;
  readonly pieces: readonly Piece[];
  readonly onChange: () => void;
}

export function NextEpisode({ show, pieces, onChange }: NextEpisodeProps) {
  const recording = useRecording();
  const { t, library } = recording;
  const draft = library.episodes.value?.find((each) =>
    each.show_id === show.id && each.status === "draft"
  );
  const begin = async () => {
    await attempt(recording, "recording.begin", { show: show.id });
    await library.loadEpisodes();
  };
  return (
    <div class="recording-gathering">
      <section>
        {draft ? <Draft key={draft.id} episode={draft} pieces={pieces} /> : (
          <>
            <Empty icon="wave" title={t("draft.none")} text={t("draft.none_text")} />
            <p class="recording-centre">
              <Button tone="primary" icon="plus" onPress={() => void begin()}>
                {t("draft.begin")}
              </Button>
            </p>
          </>
        )}
      </section>
      <Shelf show={show} draft={draft} pieces={pieces} onChange={onChange} />
    </div>
  );
}

function Draft({ episode, pieces }: {
  readonly episode: Episode;
  readonly pieces: readonly Piece[];
}) {
  const recording = useRecording();
  const { salon, t, library } = recording;
  const saving = useSaving(recording, episode);
  const list = useRef<HTMLOListElement>(null);
  const { shown: { title, segments }, problem } = saving;
  const order = (wanted: readonly Segment[]) => saving.change({ segments: wanted });
  const make = async () => {
    const isDone = await attempt(recording, "recording.produce", {
      episode: episode.id,
      revision: episode.revision,
      title: title.trim() || episode.title,
      notes: episode.notes,
      segments: segments.map(fieldsOf),
    });
    if (isDone) salon.navigate(`${STUDIO}/episodes`);
  };
  const discard = async () => {
    const isDone = await attempt(recording, "recording.discard", { episode: episode.id });
    if (!isDone) return;
    salon.toast({ text: t("draft.discarded") });
    await library.loadEpisodes();
  };
  const keys = keysOf(segments);
  const filled = segments.filter((each) => !isEmpty(each));
  const length = filled.reduce((sum, each) => sum + secondsOf(each), 0);
  return (
    <>
      {problem && (
        <Note tone="warn" icon="warn">
          <p>{problem.isOthers ? problem.why : t("draft.not_saved", { why: problem.why })}</p>
          <div class="row wrap">
            {problem.isOthers && (
              <Button size="s" onPress={saving.giveUp}>{t("draft.theirs")}</Button>
            )}
            <Button size="s" onPress={saving.again}>
              {t(problem.isOthers ? "draft.mine" : "again")}
            </Button>
          </div>
        </Note>
      )}
      <TextField
        label={t("draft.title")}
        value={title}
        max={TITLE_MAX}
        onInput={(text) => saving.change({ title: text })}
      />
      <Band segments={segments} nameOf={(each) => nameOf(each, pieces)} />
      <ol class="recording-slots" aria-label={t("draft.parts")} ref={list}>
        {segments.map((segment, place) => (
          <Row
            key={keys[place]}
            segment={segment}
            place={place}
            all={segments}
            list={list}
            pieces={pieces}
            onOrder={order}
          />
        ))}
      </ol>
      <p class="sm muted" role="status">
        {t("draft.length", { length: stamp(length) })}.{" "}
        {t(saving.isSaved ? "draft.saved" : "draft.saving")}
        {episode.planned_at && <>. {t("draft.planned", { date: moment(episode.planned_at) })}</>}
      </p>
      <div class="row wrap">
        <Button tone="primary" disabled={length < 1 || !saving.isSaved} onPress={() => void make()}>
          {t("draft.make")}
        </Button>
        <Button tone="danger" onPress={() => void discard()}>{t("draft.discard")}</Button>
      </div>
    </>
  );
}

/** How the parts share the time. */
function Band({ segments, nameOf }: {
  readonly segments: readonly Segment[];
  readonly nameOf: (segment: Segment) => string;
}) {
  const { t } = useRecording();
  const band = useRef<HTMLDivElement>(null);
  useEffect(() => { // the policy of this page lets no style stand in an attribute
    [...(band.current?.children ?? [])].forEach((part, place) => {
      const segment = segments[place];
      if (segment) (part as HTMLElement).style.flexGrow = String(Math.max(1, secondsOf(segment)));
    });
  }, [segments]);
  return (
    <div class="recording-band" role="img" aria-label={t("draft.band")} ref={band}>
      {segments.map((segment, place) => (
        <span key={place} class={kindOf(segment)}>{nameOf(segment)}</span>
      ))}
    </div>
  );
}

function Row({ segment, place, all, list, pieces, onOrder }: {
  readonly segment: Segment;
  readonly place: number;
  readonly all: readonly Segment[];
  readonly list: RefObject<HTMLElement | null>;
  readonly pieces: readonly Piece[];
  readonly onOrder: (segments: readonly Segment[]) => void;
}) {
  const { t, library } = useRecording();
  const n = place + 1;
  const take = library.takes.value?.find(({ id }) => id === segment.take_id);
  const piece = pieces.find(({ id }) => id === segment.piece_id);
  const length = stamp(secondsOf(segment));
  const detail = segment.is_silent
    ? t("draft.silent")
    : isEmpty(segment)
    ? t("draft.empty")
    : segment.piece_id
    ? piece?.title ?? t("draft.piece_gone")
    : take
    ? t("draft.from", { room: take.room_name, date: moment(take.begun_at) })
    : t("draft.from_other");
  return (
    <li class={kindOf(segment)}>
      <Handle
        label={t("draft.move", { n, all: all.length })}
        place={place}
        list={list}
        onMove={(to) => onOrder(moved(all, place, to))}
      />
      <span class="recording-sign">
        <Icon name={isEmpty(segment) ? "plus" : segment.piece_id ? "vol" : "wave"} />
      </span>
      <span class="grow">
        <b class="trunc">
          <bdi>{nameOf(segment, pieces)}</bdi>
        </b>
        <span class="detail trunc">{detail}</span>
      </span>
      <span class="num sm">
        {isEmpty(segment) ? segment.end_s > 0 && t("draft.about", { length }) : length}
      </span>
      <span class="recording-row-actions">
        <IconButton
          small
          icon="up"
          label={t("draft.up", { n })}
          disabled={place === 0}
          onPress={() => onOrder(moved(all, place, place - 1))}
        />
        <IconButton
          small
          icon="down"
          label={t("draft.down", { n })}
          disabled={place === all.length - 1}
          onPress={() => onOrder(moved(all, place, place + 1))}
        />
        <IconButton
          small
          icon="trash"
          label={t("draft.remove", { n })}
          onPress={() => onOrder(all.filter((each) => each !== segment))}
        />
      </span>
    </li>
  );
}

/** What tells segments apart while they move: the same piece may stand there twice. */
function keysOf(segments: readonly Segment[]): readonly string[] {
  const seen = new Map<string, number>();
  return segments.map(({ take_id, piece_id, slot, start_s }) => {
    const key = `${take_id} ${piece_id} ${slot} ${start_s}`;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return `${key} ${times}`;
  });
}

function nameOf(segment: Segment, pieces: readonly Piece[]): string {
  const piece = pieces.find(({ id }) => id === segment.piece_id);
  return segment.title || segment.slot || piece?.title || stamp(segment.start_s);
}

function kindOf(segment: Segment): "hole" | "piece" | "talk" {
  if (isEmpty(segment)) return "hole";
  return segment.piece_id ? "piece" : "talk";
}
