/**
 * Making an episode: parts of recordings are chosen, trimmed, cut and put in an order. What is done
 * can be undone; nothing of a recording is touched by it. I and O set the ends of a stretch, X cuts
 * it out, K keeps it as a part, C sets a chapter, Space plays.
 */

import { Empty, IconButton, Link, moment, PanelHead, Select, Skeleton } from "@salon/client";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ClipDialog, mayClip } from "../../clip_dialog.tsx";
import {
  Choose,
  type Edit,
  SavingNote,
  SavingPill,
  TakenUp,
  useEdit,
  useSaving,
} from "../../editing.tsx";
import { attempt, useRecording } from "../../shared/context.ts";
import { exactStamp, stamp } from "../../shared/time.ts";
import { type Episode, type Span, STUDIO, type Take } from "../../shared/wire.ts";
import { Player } from "../player.tsx";
import { Deck } from "./deck.tsx";
import { PlaceButton } from "../../programmes/place_button.tsx";
import { Details } from "./details.tsx";
import {
  broughtBack,
  changed,
  chaptered,
  cutOut,
  CUTS_MAX,
  type Draft,
  draftOf,
  edged,
  endOf,
  fieldsOf,
  isFull,
  lengthOf,
  movedTo,
  onlyPart,
  type Part,
  PARTS_MAX,
  restored,
  spansOf,
  without,
  withPart,
  wrongsOf,
} from "./draft.ts";
import { useHistory } from "./history.ts";
import { useKeys } from "./keys.ts";
import { Order } from "./order.tsx";
import { PartDetails } from "./part_details.tsx";
import { useShapes } from "./shapes.ts";
import { Words } from "../words/words.tsx";
import { Tools } from "./tools.tsx";
import "./editor.css";

const ZOOM_MAX = 64;

export function EditorPage(
  { kind, id }: { readonly kind: "take" | "episode"; readonly id: string },
) {
  const { t, salon, library } = useRecording();
  useEffect(() => {
    void library.loadTakes();
    if (kind === "episode") void library.loadEpisodes();
  }, []);
  const edit = useEdit(kind === "take" ? { take: id } : { episode: id });
  const episode = library.episodes.value?.find((each) => kind === "episode" && each.id === id);
  const takes = library.takes.value;
  const isLoading = !takes || edit === undefined || (kind === "episode" && !library.episodes.value);
  const named = kind === "take" ? [id] : episode?.segments.map(({ take_id }) => take_id) ?? [];
  const first = takes?.find((take) => named.includes(take.id));
  const back = kind === "take" ? STUDIO : `${STUDIO}/episodes`;
  if (!isLoading && takes && first && !first.pruned) {
    return (
      <Editor key={id} takes={takes} first={first} back={back} episode={episode} edit={edit} />
    );
  }
  return (
    <>
      <PanelHead
        big
        title={t(kind === "take" ? "cut_new" : "cut_again")}
        start={<IconButton icon="back" label={t("back")} onPress={() => salon.navigate(back)} />}
      />
      <div class="scroll leaf">
        {isLoading ? <Skeleton label={t("loading")} /> : <Empty icon="wave" title={t("pruned")} />}
      </div>
    </>
  );
}

function Editor({ takes, first, back, episode, edit }: {
  readonly takes: readonly Take[];
  readonly first: Take;
  readonly back: string;
  readonly episode: Episode | undefined;
  readonly edit: Edit | null;
}) {
  const recording = useRecording();
  const { salon, t } = recording;
  const history = useHistory(() => draftOf(first, edit ?? episode));
  const draft = history.now;
  const [base, setBase] = useState(edit?.episode_revision ?? episode?.revision);
  const content = useMemo(
    () => ({ title: draft.title, notes: draft.notes, segments: draft.parts }),
    [draft],
  );
  const saving = useSaving({
    of: episode ? { episode: episode.id } : { take: first.id },
    edit,
    base,
    content,
    onTheirs: (theirs) => history.change(() => draftOf(first, theirs ?? episode)),
  });
  const [isTakenUp, setTakenUp] = useState(edit !== null);
  const beginAnew = () => {
    setBase(episode?.revision);
    history.change(() => draftOf(first, episode));
    setTakenUp(false);
  };
  const [takeId, setTake] = useState(first.id);
  const take = takes.find((each) => each.id === takeId) ?? first;
  const [chosen, choose] = useState<number | null>(draft.parts[0]?.key ?? null);
  const [at, setAt] = useState(draft.parts[0]?.start_s ?? 0);
  const [selection, select] = useState<Span | null>(null);
  const [plan, setPlan] = useState<readonly Span[] | null>(null);
  const [zoom, setZoom] = useState(1);
  const [isTried, setTried] = useState(false);
  const [clipped, clip] = useState<Span | null>(null);
  const shapes = useShapes(take);
  const wrongs = wrongsOf(draft);
  const change = (how: (now: Draft) => Draft, of?: string) => history.change(how, of);
  const takeOf = (part: Part) => takes.find((each) => each.id === part.take_id);
  const named = (part: Part) => {
    const of = takeOf(part);
    return of
      ? t("cut_of", { room: of.room_name, date: moment(of.begun_at) })
      : part.title || t("part_fixed");
  };
  const show = (key: number | null) => {
    choose(key);
    const part = draft.parts.find((each) => each.key === key);
    const of = part && takeOf(part);
    if (!part || !of) return;
    setTake(of.id);
    setAt(part.start_s);
  };
  const keep = ({ start_s, end_s }: Span) => {
    if (draft.parts.length >= PARTS_MAX) return;
    const key = Math.max(-1, ...draft.parts.map((part) => part.key)) + 1;
    change((now) => withPart(now, take, start_s, end_s));
    choose(key);
    select(null);
  };
  const cut = ({ start_s, end_s }: Span) => {
    change((now) => cutOut(now, take.id, start_s, end_s));
    select(null);
  };
  const strike = (line: Span) =>
    isFull(draft, take.id)
      ? salon.toast({ text: t("words_full", { most: CUTS_MAX }), tone: "bad" })
      : change((now) => cutOut(now, take.id, line.start_s, line.end_s));
  const flag = () => change((now) => chaptered(now, take.id, at, chosen));
  const begin = () => select({ start_s: at, end_s: Math.max(selection?.end_s ?? 0, endOf(take)) });
  const end = () => select({ start_s: Math.min(selection?.start_s ?? 0, at), end_s: at });
  const own = draft.parts.filter((part) => part.take_id === take.id);
  const hear = (spans: readonly Span[]) => setPlan([...spans]);
  useKeys({
    i: begin,
    o: end,
    x: () => selection && cut(selection),
    k: () => selection && keep(selection),
    c: flag,
    Escape: () => select(null),
    undo: history.undo,
    redo: history.redo,
  });
  const send = async () => {
    setTried(true);
    if (!wrongs.isRight) return;
    const looked = episode && { id: episode.id, revision: base ?? episode.revision };
    const isDone = await attempt(recording, "recording.produce", fieldsOf(draft, looked));
    if (!isDone) return;
    await saving.drop();
    salon.navigate(`${STUDIO}/episodes`);
  };
  const kept = stamp(lengthOf(draft.parts));
  const told = { room: take.room_name, date: moment(take.begun_at) };
  return (
    <>
      <PanelHead
        big
        title={t(episode ? "cut_again" : "cut_new")}
        detail={`${t("cut_of", told)}, ${t("kept_of", { kept, all: stamp(take.duration_s) })}`}
        start={<IconButton icon="back" label={t("back")} onPress={() => salon.navigate(back)} />}
      >
        <SavingPill state={saving.state} />
        <IconButton
          icon="undo"
          label={t("undo")}
          disabled={!history.canUndo}
          onPress={history.undo}
        />
        <IconButton
          icon="redo"
          label={t("redo")}
          disabled={!history.canRedo}
          onPress={history.redo}
        />
      </PanelHead>
      <div class="scroll recording-editor">
        <SavingNote saving={saving} />
        {edit && isTakenUp && <TakenUp edit={edit} onBegin={beginAnew} />}
        {episode && base !== episode.revision && (
          <Choose
            text={t("edit_anew")}
            onTheirs={beginAnew}
            onMine={() => setBase(episode.revision)}
          />
        )}
        <Player
          key={take.id}
          take={take}
          at={at}
          plan={plan}
          onMove={setAt}
          onEnd={() => setPlan(null)}
        >
          <Deck
            take={take}
            shapes={shapes}
            parts={draft.parts}
            chosen={chosen}
            at={at}
            selection={selection}
            zoom={zoom}
            onSeek={setAt}
            onSelect={select}
            onChoose={choose}
            onEdge={(key, edge, to) =>
              change((now) => edged(now, key, edge, to, endOf(take)), `${edge} ${key}`)}
          />
          <Tools
            selection={selection}
            canKeep={draft.parts.length < PARTS_MAX}
            zoom={{ value: zoom, most: ZOOM_MAX, onChange: setZoom }}
            onBegin={begin}
            onEnd={end}
            canFlag={own.some((part) => at >= part.start_s && at < part.end_s)}
            onChapter={flag}
            onHear={() => selection && hear([selection])}
            onKeep={() => selection && keep(selection)}
            onCut={() => selection && cut(selection)}
            onClip={mayClip(recording) ? () => clip(selection) : undefined}
            onPreview={() => hear(own.flatMap(spansOf))}
          />
        </Player>
        {clipped && (
          <ClipDialog
            take={take}
            episode={episode}
            stretch={clipped}
            onClose={() => clip(null)}
          />
        )}
        <div class="recording-columns">
          <section class="recording-parts">
            <h2 class="display">{t("parts")}</h2>
            <p class="sm muted">{t("parts_text")}</p>
            {takes.length > 1 && (
              <Takes
                takes={takes}
                take={take}
                onChange={(next) => {
                  setTake(next);
                  select(null);
                  setAt(0);
                }}
              />
            )}
            <Kept
              take={take}
              onPick={(from, to) => {
                change((now) => onlyPart(now, take, from, to));
                choose(0);
              }}
            />
            <Order
              parts={draft.parts}
              chosen={chosen}
              nameOf={named}
              onChoose={show}
              onMove={(key, place) => change((now) => movedTo(now, key, place), `move ${key}`)}
              onRemove={(key) => change((now) => without(now, key))}
              details={(part) => (
                <PartDetails
                  part={part}
                  most={takeOf(part) && endOf(takeOf(part)!)}
                  isTried={isTried}
                  onEdge={(edge, to) =>
                    change(
                      (now) => edged(now, part.key, edge, to, endOf(takeOf(part) ?? take)),
                      `${edge} ${part.key}`,
                    )}
                  onRestore={(gone) => change((now) => restored(now, part.key, gone))}
                  onChapters={(chapters, of) =>
                    change((now) => changed(now, part.key, { chapters }), of)}
                />
              )}
            />
            <Words
              key={take.id}
              take={take}
              parts={own}
              at={at}
              onSeek={setAt}
              onCut={strike}
              onRestore={(back) => change((now) => broughtBack(now, take.id, back))}
            />
          </section>
          <Details
            draft={draft}
            episode={episode}
            wrong={isTried ? wrongs : undefined}
            onTitle={(title) => change((now) => ({ ...now, title }), "title")}
            onNotes={(notes) => change((now) => ({ ...now, notes }), "notes")}
            onSend={send}
          >
            {!episode && <PlaceButton parts={draft.parts} />}
            <Link to={back} class="btn ghost lg">{t("back")}</Link>
          </Details>
        </div>
      </div>
    </>
  );
}

/** Which recording is laid out above: parts may be of several. */
function Takes({ takes, take, onChange }: {
  readonly takes: readonly Take[];
  readonly take: Take;
  readonly onChange: (id: string) => void;
}) {
  const { t } = useRecording();
  const usable = takes.filter((each) =>
    each.status !== "capturing" && !each.pruned && each.voices.length > 0
  );
  return (
    <Select
      label={t("take_shown")}
      icon="wave"
      value={take.id}
      options={usable.map((each) => ({
        value: each.id,
        label: t("cut_of", { room: each.room_name, date: moment(each.begun_at) }),
      }))}
      onChange={onChange}
    />
  );
}

/** The parts that were kept while it was recorded: one press chooses one. */
function Kept({ take, onPick }: {
  readonly take: Take;
  readonly onPick: (start: number, end: number) => void;
}) {
  const { t } = useRecording();
  const kept = take.marks.filter(({ end_s }) => end_s !== null);
  if (kept.length === 0) return null;
  return (
    <div class="recording-kept" role="group" aria-label={t("kept")}>
      <p class="sm semi">{t("kept")}</p>
      {kept.map(({ at_s, end_s, title }) => (
        <button
          key={`${at_s} ${title}`}
          type="button"
          class="btn s"
          onClick={() => onPick(at_s, end_s ?? at_s)}
        >
          <bdi>{title}</bdi>
          <span class="num">{exactStamp(at_s)} – {exactStamp(end_s ?? at_s)}</span>
        </button>
      ))}
    </div>
  );
}
