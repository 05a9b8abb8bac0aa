/** Up to three topics, typed one after the other: Enter or a comma takes what was typed. */

import "../app/first.ts";
import { useId, useRef, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { useRefused } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { tagsOf } from "./tags.ts";

await loadWords("topics");

const AT_ONE_MAX = 3;
const NAME_MAX = 32;

export interface TagsFieldProps {
  readonly names: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}

/** What is typed and not taken yet counts as well, when the form is sent. */
export function TagsField({ names, onChange }: TagsFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, type] = useState("");
  const refused = useRefused("tags");
  const known = tagsOf(useApp()).shown();
  const take = (text: string) => {
    const name = text.trim();
    type("");
    if (name && !names.some((one) => isSame(one, name))) onChange([...names, name]);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if ((event.key === "Enter" || event.key === ",") && typed.trim()) take(typed);
    else if (event.key === "Backspace" && !typed && names.length > 0) onChange(names.slice(0, -1));
    else return;
    event.preventDefault();
  };
  return (
    <div class="field">
      <label for={id}>{t("topics.field")}</label>
      <div class={refused ? "inp tagsinp bad" : "inp tagsinp"}>
        {names.map((name) => (
          <button
            key={name}
            type="button"
            class="tag"
            aria-label={t("topics.remove", { name })}
            onClick={() => {
              onChange(names.filter((one) => one !== name));
              input.current?.focus();
            }}
          >
            <bdi class="trunc">{name}</bdi>
            <Icon name="x" />
          </button>
        ))}
        {names.length < AT_ONE_MAX && (
          <input
            ref={input}
            id={id}
            name="tags"
            dir="auto"
            list={`${id}-known`}
            maxLength={NAME_MAX}
            autocomplete="off"
            value={typed}
            aria-describedby={`${id}-about`}
            aria-invalid={refused ? true : undefined}
            onInput={(event) => type(event.currentTarget.value)}
            onKeyDown={pressed}
            onBlur={() => take(typed)}
          />
        )}
      </div>
      <datalist id={`${id}-known`}>
        {known.map((tag) => <option key={tag.id} value={tag.name} />)}
      </datalist>
      {refused
        ? (
          <span class="err" role="alert" id={`${id}-about`}>
            <Icon name="warn" />
            {refused}
          </span>
        )
        : <span class="hint" id={`${id}-about`}>{t("topics.field_hint")}</span>}
    </div>
  );
}

function isSame(one: string, other: string): boolean {
  return one.localeCompare(other, undefined, { sensitivity: "accent" }) === 0;
}
