/**
 * Editing by the words: what is said, line by line, beside the sound. A line that is struck takes
 * its sound along, one that is restored brings it back; a word that was misheard is spelled anew.
 * Without a recogniser the place says what to install, and nothing else is missing.
 */

import { Button, Dialog, DialogFoot, Empty, Note, Skeleton } from "@salon/client";
import { useState } from "preact/hooks";
import { attempt, nameOf, useRecording } from "../../shared/context.ts";
import type { Span, Take, Transcript } from "../../shared/wire.ts";
import { LineRow } from "./line_row.tsx";
import { restoredBy, stateOf, struckBy, type Window } from "./strike.ts";
import { useTranscript } from "./transcript.ts";
import "./words.css";

export interface WordsProps {
  readonly take: Take;
  /** The parts of the episode that are of this recording. */
  readonly parts: readonly Window[];
  /** Where the sound is. */
  readonly at: number;
  readonly onSeek: (seconds: number) => void;
  readonly onCut: (cut: Span) => void;
  readonly onRestore: (cut: Span) => void;
}

export function Words({ take, parts, at, onSeek, onCut, onRestore }: WordsProps) {
  const recording = useRecording();
  const { salon, t } = recording;
  const { reading, problem, more, changed } = useTranscript(salon, take.id);
  if (problem) return <Note tone="warn">{problem}</Note>;
  if (!reading) return <Skeleton label={t("loading")} lines={3} />;
  const { transcript, lines, hasMore } = reading;
  const current = lines.findLast((line) => line.start_s <= at + 0.05 && at < line.end_s);
  return (
    <section class="recording-words" aria-label={t("words")}>
      <div class="row wrap">
        <h2 class="display grow">{t("words")}</h2>
        {lines.length > 0 && <p class="xs muted">{t("words_strike_hint")}</p>}
      </div>
      <ol>
        {lines.map((line, number) => (
          <LineRow
            key={line.id}
            line={line}
            state={stateOf(line, parts)}
            isNow={line === current}
            onSeek={() => onSeek(line.start_s)}
            onStrike={() => onCut(struckBy(number, lines, parts))}
            onRestore={() => onRestore(restoredBy(number, lines))}
            onSpelled={changed}
          />
        ))}
      </ol>
      {hasMore && <Button onPress={() => void more()}>{t("words_more")}</Button>}
      <Progress take={take} transcript={transcript} hasLines={lines.length > 0} />
    </section>
  );
}

/** How far it is, and the ways to have it done, done again, or not done. */
function Progress({ take, transcript, hasLines }: {
  readonly take: Take;
  readonly transcript: Transcript;
  readonly hasLines: boolean;
}) {
  const recording = useRecording();
  const { t } = recording;
  const [isSure, ask] = useState(false);
  const { unheard, voices } = transcript;
  const isBusy = voices.some(({ status }) => status === "waiting");
  const isDone = voices.length > 0 && voices.every(({ status }) => status === "ready");
  const go = () => void attempt(recording, "recording.write_down", { take: take.id });
  const stop = () => void attempt(recording, "recording.write_down_stop", { take: take.id });
  return (
    <>
      {!hasLines && !isBusy && !unheard && (
        <Empty
          icon="text"
          title={t(isDone ? "words_none_here" : "words_none")}
          text={isDone ? undefined : t("words_none_text")}
        />
      )}
      {unheard && !hasLines && <Install unheard={unheard} />}
      <Voices transcript={transcript} />
      {!unheard && (
        <div class="row wrap">
          {isBusy
            ? <Button onPress={stop}>{t("words_stop")}</Button>
            : (
              <Button onPress={hasLines ? () => ask(true) : go}>
                {t(hasLines ? "words_again" : "words_go")}
              </Button>
            )}
        </div>
      )}
      {isSure && (
        <Dialog title={t("words_again_title")} onClose={() => ask(false)}>
          <p>{t("words_again_text")}</p>
          <DialogFoot>
            <Button onPress={() => ask(false)}>{t("words_cancel")}</Button>
            <Button
              tone="primary"
              onPress={() => {
                ask(false);
                go();
              }}
            >
              {t("words_again")}
            </Button>
          </DialogFoot>
        </Dialog>
      )}
    </>
  );
}

/** The voices that are on their way, or did not get there. */
function Voices({ transcript }: { readonly transcript: Transcript }) {
  const recording = useRecording();
  const { t } = recording;
  const told = transcript.voices.filter(({ status }) => status !== "ready");
  if (told.length === 0) return null;
  return (
    <ul class="recording-writing" role="status">
      {told.map(({ account_id, status, why, progress }) => {
        const name = nameOf(recording, account_id);
        if (status === "failed") {
          return (
            <li key={account_id}>{t("words_failed", { name })} {t(`unheard.${why ?? "early"}`)}</li>
          );
        }
        const percent = Math.round(100 * (progress ?? 0));
        return (
          <li key={account_id}>
            {progress === null
              ? t("words_waiting", { name })
              : t("words_writing", { name, percent })}
          </li>
        );
      })}
    </ul>
  );
}

/** What is missing, and for who runs the server what to do about it. */
function Install({ unheard }: { readonly unheard: NonNullable<Transcript["unheard"]> }) {
  const { t } = useRecording();
  return (
    <div class="recording-install">
      <p>{t(`unheard.${unheard.why}`)}</p>
      {unheard.sentence && !unheard.command && <p class="sm muted">{unheard.sentence}</p>}
      {unheard.command && (
        <>
          <p class="sm">{t("words_install")}</p>
          <code tabIndex={0}>{unheard.command}</code>
        </>
      )}
    </div>
  );
}
