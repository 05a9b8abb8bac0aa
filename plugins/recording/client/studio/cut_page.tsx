/** Choosing the part of a recording that becomes an episode: by ear, by numbers and by sliders. */

import {
  Button,
  Empty,
  IconButton,
  Link,
  moment,
  PanelHead,
  Skeleton,
  TextField,
} from "@salon/client";
import { useEffect, useState } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import { exactStamp, parseStamp, stamp } from "../shared/time.ts";
import { type Episode, STUDIO, type Take } from "../shared/wire.ts";
import {
  type ChapterField,
  type Cut,
  type CutField,
  cutOf,
  fieldsOf,
  isRight,
  lengthOf,
  segmentOf,
  type Wrong,
  type WrongChapter,
  type WrongCut,
  wrongsOf,
} from "./cut.ts";
import { Player } from "./player.tsx";

const TITLE_MAX = 200;
const NOTES_MAX = 4_000;
const CHAPTER_TITLE_MAX = 120;
const CHAPTERS_MAX = 100;
const CUTS_MAX = 100;
const CUT_S = 1; // of a cut that was just begun

export function CutPage(
  { kind, id }: { readonly kind: "take" | "episode"; readonly id: string },
) {
  const { t, library } = useRecording();
  useEffect(() => {
    void library.loadTakes();
    if (kind === "episode") void library.loadEpisodes();
  }, []);
  const episode = library.episodes.value?.find((each) => kind === "episode" && each.id === id);
  const isLoading = !library.takes.value || (kind === "episode" && !library.episodes.value);
  const takeId = kind === "take" ? id : segmentOf(episode)?.take_id;
  const take = library.takes.value?.find((each) => each.id === takeId);
  return (
    <>
      <PanelHead
        big
        title={t(episode ? "cut_again" : "cut_new")}
        detail={take && t("cut_of", { room: take.room_name, date: moment(take.begun_at) })}
        start={<Back to={kind === "take" ? STUDIO : `${STUDIO}/episodes`} />}
      />
      <div class="scroll leaf">
        {isLoading && <Skeleton label={t("loading")} />}
        {!isLoading && take && !take.pruned && (
          <CutForm take={take} {...(episode ? { episode } : {})} />
        )}
        {!isLoading && (!take || take.pruned) && <Empty icon="wave" title={t("pruned")} />}
      </div>
    </>
  );
}

function Back({ to }: { readonly to: string }) {
  const { t, salon } = useRecording();
  return <IconButton icon="back" label={t("back")} onPress={() => salon.navigate(to)} />;
}

function CutForm({ take, episode }: { readonly take: Take; readonly episode?: Episode }) {
  const recording = useRecording();
  const { salon, t } = recording;
  const [cut, setCut] = useState<Cut>(() => cutOf(take, episode));
  const [at, setAt] = useState(() => parseStamp(cut.start) ?? 0);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const wrongs = wrongsOf(cut, take.duration_s);
  const change = (part: Partial<Cut>) => setCut((before) => ({ ...before, ...part }));
  const told = (wrong: Wrong | undefined) => wrong && isTried ? t(wrong) : undefined;
  const addChapter = (atS: number) => {
    const key = Math.max(-1, ...cut.chapters.map((each) => each.key)) + 1;
    const chapters = [...cut.chapters, { key, at: exactStamp(atS), title: "" }];
    change({
      chapters: chapters.toSorted((a, b) => (parseStamp(a.at) ?? 0) - (parseStamp(b.at) ?? 0)),
    });
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!isRight(wrongs)) return;
    setBusy(true);
    const isDone = await attempt(recording, "recording.produce", fieldsOf(take, cut, episode));
    setBusy(false);
    if (isDone) salon.navigate(`${STUDIO}/episodes`);
  };
  const length = lengthOf(cut);
  const addCut = () => {
    const key = Math.max(-1, ...cut.cuts.map((each) => each.key)) + 1;
    const end = exactStamp(Math.min(take.duration_s, at + CUT_S));
    change({ cuts: [...cut.cuts, { key, start: exactStamp(at), end }] });
  };
  const endCut = () => {
    const last = cut.cuts.at(-1);
    change({
      cuts: cut.cuts.map((each) => each === last ? { ...each, end: exactStamp(at) } : each),
    });
  };
  return (
    <form class="recording-cut" noValidate onSubmit={(event) => void submit(event)}>
      <Player take={take} at={at} onMove={setAt}>
        <Button size="s" onPress={() => change({ start: exactStamp(at) })}>
          {t("begin_here")}
        </Button>
        <Button size="s" onPress={() => change({ end: exactStamp(at) })}>{t("end_here")}</Button>
        <Button size="s" disabled={cut.cuts.length >= CUTS_MAX} onPress={addCut}>
          {t("cut_here")}
        </Button>
        <Button size="s" disabled={cut.cuts.length === 0} onPress={endCut}>
          {t("cut_until")}
        </Button>
        <Button
          size="s"
          icon="flag"
          disabled={cut.chapters.length >= CHAPTERS_MAX}
          onPress={() => addChapter(at)}
        >
          {t("chapter_here")}
        </Button>
      </Player>
      <Kept
        take={take}
        onPick={(start, end) => change({ start: exactStamp(start), end: exactStamp(end) })}
      />
      <div class="recording-ends">
        <EdgeField
          label={t("begin")}
          value={cut.start}
          most={take.duration_s}
          error={told(wrongs.start)}
          onChange={(start) => change({ start })}
        />
        <EdgeField
          label={t("end")}
          value={cut.end}
          most={take.duration_s}
          error={told(wrongs.end)}
          onChange={(end) => change({ end })}
        />
      </div>
      {length > 0 && <p class="sm muted">{t("length", { length: stamp(length) })}</p>}
      {cut.cuts.length > 0 && (
        <Cuts
          cuts={cut.cuts}
          wrongs={wrongs.cuts}
          told={told}
          onChange={(cuts) => change({ cuts })}
        />
      )}
      <TextField
        label={t("title")}
        value={cut.title}
        max={TITLE_MAX}
        error={told(wrongs.title)}
        onInput={(title) => change({ title })}
      />
      <TextField
        label={t("notes")}
        hint={t("notes_hint")}
        lines
        value={cut.notes}
        max={NOTES_MAX}
        onInput={(notes) => change({ notes })}
      />
      <Chapters
        chapters={cut.chapters}
        wrongs={wrongs.chapters}
        told={(wrong) => wrong === "chapter_out" ? t(wrong) : told(wrong)}
        onAdd={() => addChapter(at)}
        onChange={(chapters) => change({ chapters })}
      />
      <div class="row wrap">
        <Button tone="primary" size="lg" type="submit" busy={isBusy}>{t("go")}</Button>
        <Link to={STUDIO} class="btn ghost lg">{t("back")}</Link>
      </div>
    </form>
  );
}

/** The parts that were kept while it was recorded: one press chooses one. */
function Kept(
  { take, onPick }: {
    readonly take: Take;
    readonly onPick: (start: number, end: number) => void;
  },
) {
  const { t } = useRecording();
  const kept = take.marks.filter(({ end_s }) => end_s !== null);
  if (kept.length === 0) return null;
  return (
    <div class="recording-kept" role="group" aria-label={t("kept")}>
      <p class="sm semi">{t("kept")}</p>
      {kept.map(({ at_s, end_s, title }) => (
        <Button
          key={`${at_s} ${title}`}
          size="s"
          onPress={() => onPick(at_s, end_s ?? at_s)}
        >
          <bdi>{title}</bdi>, {stamp(at_s)} – {stamp(end_s ?? at_s)}
        </Button>
      ))}
    </div>
  );
}

/** What is cut out: struck, and restored by one press. */
function Cuts(
  { cuts, wrongs, told, onChange }: {
    readonly cuts: readonly CutField[];
    readonly wrongs: ReadonlyMap<number, WrongCut>;
    readonly told: (wrong: Wrong | undefined) => string | undefined;
    readonly onChange: (cuts: readonly CutField[]) => void;
  },
) {
  const { t } = useRecording();
  const put = (changed: CutField) =>
    onChange(cuts.map((each) => each.key === changed.key ? changed : each));
  return (
    <fieldset class="recording-chapters">
      <legend class="display">{t("cuts")}</legend>
      {cuts.map((each, number) => (
        <div
          key={each.key}
          class="recording-cut-out"
          role="group"
          aria-label={t("cut_number", { n: number + 1 })}
        >
          <TextField
            label={t("begin")}
            value={each.start}
            error={told(wrongs.get(each.key)?.start)}
            onInput={(start) => put({ ...each, start })}
          />
          <TextField
            label={t("end")}
            value={each.end}
            error={told(wrongs.get(each.key)?.end)}
            onInput={(end) => put({ ...each, end })}
          />
          <Button
            size="s"
            onPress={() => onChange(cuts.filter((other) => other.key !== each.key))}
          >
            {t("cut_restore")}
          </Button>
        </div>
      ))}
    </fieldset>
  );
}

/** One edge: a time to write, and a slider to move. */
function EdgeField(
  { label, value, most, error, onChange }: {
    readonly label: string;
    readonly value: string;
    readonly most: number;
    readonly error: string | undefined;
    readonly onChange: (value: string) => void;
  },
) {
  const { t } = useRecording();
  return (
    <div class="recording-edge">
      <TextField
        label={label}
        hint={t("times_hint")}
        value={value}
        error={error}
        onInput={onChange}
      />
      <input
        class="recording-range"
        type="range"
        aria-label={label}
        aria-valuetext={value}
        min={0}
        max={most}
        step={0.1}
        value={parseStamp(value) ?? 0}
        onInput={(event) => onChange(exactStamp(Number(event.currentTarget.value)))}
      />
    </div>
  );
}

function Chapters(
  { chapters, wrongs, told, onAdd, onChange }: {
    readonly chapters: readonly ChapterField[];
    readonly wrongs: ReadonlyMap<number, WrongChapter>;
    readonly told: (wrong: Wrong | undefined) => string | undefined;
    readonly onAdd: () => void;
    readonly onChange: (chapters: readonly ChapterField[]) => void;
  },
) {
  const { t } = useRecording();
  const put = (changed: ChapterField) =>
    onChange(chapters.map((each) => each.key === changed.key ? changed : each));
  return (
    <fieldset class="recording-chapters">
      <legend class="display">{t("chapters")}</legend>
      {chapters.map((chapter, number) => (
        <div
          key={chapter.key}
          class="recording-chapter"
          role="group"
          aria-label={t("chapter", { n: number + 1 })}
        >
          <TextField
            label={t("chapter_at")}
            value={chapter.at}
            error={told(wrongs.get(chapter.key)?.at)}
            onInput={(at) => put({ ...chapter, at })}
          />
          <TextField
            label={t("chapter_title")}
            value={chapter.title}
            max={CHAPTER_TITLE_MAX}
            error={told(wrongs.get(chapter.key)?.title)}
            onInput={(title) => put({ ...chapter, title })}
          />
          <IconButton
            icon="trash"
            label={t("chapter_remove", { n: number + 1 })}
            onPress={() => onChange(chapters.filter((each) => each.key !== chapter.key))}
          />
        </div>
      ))}
      {chapters.length < CHAPTERS_MAX && (
        <Button icon="plus" onPress={onAdd}>{t("chapter_add")}</Button>
      )}
    </fieldset>
  );
}
