/** One line: when, who, what; struck, restored, spelled anew. */

import { Form, hueClass, IconButton, Submit, TextField } from "@salon/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { account, nameOf, useRecording } from "../../shared/context.ts";
import { stamp } from "../../shared/time.ts";
import type { Passage } from "../../shared/wire.ts";
import type { Line } from "./strike.ts";

const TEXT_MAX = 2_000;

export interface LineProps {
  readonly line: Passage;
  readonly state: Line;
  readonly isNow: boolean;
  readonly onSeek: () => void;
  readonly onStrike: () => void;
  readonly onRestore: () => void;
  readonly onSpelled: (line: Passage) => void;
}

export function LineRow(props: LineProps) {
  const recording = useRecording();
  const { t } = recording;
  const { line, state } = props;
  const [isSpelling, spell] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const hasSpelled = useRef(false);
  useEffect(() => {
    if (isSpelling) row.current?.querySelector("textarea")?.focus();
    else if (hasSpelled.current) {
      row.current?.querySelector<HTMLElement>(".recording-words-do button")?.focus();
    }
    hasSpelled.current = isSpelling;
  }, [isSpelling]);
  const name = nameOf(recording, line.account_id);
  const of = t("words_by", { name, time: stamp(line.start_s) });
  return (
    <li
      ref={row}
      class={`recording-words-line ${state}`}
      aria-current={props.isNow ? "true" : undefined}
    >
      <button
        type="button"
        class="num xs"
        aria-label={t("words_play", { time: stamp(line.start_s) })}
        onClick={props.onSeek}
      >
        {stamp(line.start_s)}
      </button>
      <b class={`sm trunc ${hueClass(account(recording, line.account_id)?.hue)}`}>
        <bdi>{name}</bdi>
      </b>
      {isSpelling
        ? (
          <Spelling
            line={line}
            onDone={(spelled) => {
              spell(false);
              if (spelled) props.onSpelled(spelled);
            }}
          />
        )
        : <p dir="auto">{state === "struck" ? <s>{line.text}</s> : line.text}</p>}
      {!isSpelling && (
        <span class="recording-words-do" role="group" aria-label={of}>
          <IconButton
            small
            icon="pen"
            label={t("words_spell")}
            onPress={() => spell(true)}
          />
          {state !== "outside" && (
            <IconButton
              small
              icon={state === "struck" ? "undo" : "x"}
              label={t(state === "struck" ? "words_restore" : "words_strike")}
              onPress={state === "struck" ? props.onRestore : props.onStrike}
            />
          )}
        </span>
      )}
    </li>
  );
}

function Spelling({ line, onDone }: {
  readonly line: Passage;
  readonly onDone: (spelled: Passage | null) => void;
}) {
  const { salon, t } = useRecording();
  const [text, write] = useState(line.text);
  const send = async () => {
    const fields = { passage: line.id, was: line.text, text };
    const { passage } = await salon.command("recording.respell", fields);
    onDone(passage as Passage);
  };
  return (
    <Form
      send={send}
      foot={
        <div class="row">
          <Submit>{t("words_save")}</Submit>
          <button type="button" class="btn ghost" onClick={() => onDone(null)}>
            {t("words_cancel")}
          </button>
        </div>
      }
    >
      <TextField
        label={t("words_spelled")}
        name="text"
        lines
        required
        value={text}
        max={TEXT_MAX}
        onInput={write}
      />
    </Form>
  );
}
