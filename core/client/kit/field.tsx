/** What is filled in. Every field has a label; an error stands under it and is announced. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useRefused } from "./form.tsx";
import { Icon, type IconName } from "./icon.tsx";

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

export interface TextFieldProps extends FieldProps {
  /** What the server calls it: what it refuses of it stands here. */
  readonly name?: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "password" | "number" | "search" | "date" | "time" | "datetime-local";
  readonly icon?: IconName;
  readonly lines?: boolean;
  readonly max?: number;
  readonly required?: boolean;
  readonly autocomplete?: string;
  readonly placeholder?: string;
}

export function TextField(props: TextFieldProps) {
  const id = useId();
  const refused = useRefused(props.name);
  const error = props.error ?? refused;
  const shared = {
    id,
    name: props.name,
    value: props.value,
    required: props.required ?? false,
    maxLength: props.max,
    placeholder: props.placeholder,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": error || props.hint ? `${id}-about` : undefined,
    onInput: (event: { currentTarget: { value: string } }) =>
      props.onInput(event.currentTarget.value),
  } as const;
  return (
    <Framed {...props} error={error} id={id}>
      <div class={error ? "inp bad" : "inp"}>
        {props.icon && <Icon name={props.icon} />}
        {props.lines ? <textarea {...shared} dir="auto" /> : (
          <input
            {...shared}
            dir="auto"
            type={(props.type ?? "text") as "text"}
            autocomplete={props.autocomplete ?? "off"}
          />
        )}
      </div>
    </Framed>
  );
}

export interface SelectProps<V extends string> extends FieldProps {
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string }[];
  readonly onChange: (value: V) => void;
  readonly icon?: IconName;
  readonly disabled?: boolean;
}

export function Select<V extends string>(props: SelectProps<V>) {
  const id = useId();
  return (
    <Framed {...props} id={id}>
      <div class="inp">
        {props.icon && <Icon name={props.icon} />}
        <select
          id={id}
          disabled={props.disabled}
          aria-describedby={props.error || props.hint ? `${id}-about` : undefined}
          value={props.value}
          onChange={(event) => props.onChange(event.currentTarget.value as V)}
        >
          {props.options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === props.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="down" />
      </div>
    </Framed>
  );
}

function Framed(
  { id, label, hint, error, children }: FieldProps & {
    readonly id: string;
    readonly children: ComponentChildren;
  },
) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {error
        ? (
          <span class="err" role="alert" id={`${id}-about`}>
            <Icon name="warn" />
            {error}
          </span>
        )
        : hint && <span class="hint" id={`${id}-about`}>{hint}</span>}
    </div>
  );
}

export interface SwitchProps {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly disabled?: boolean;
}

/** The label is spoken; the words stand beside it in the row. */
export function Switch({ label, on, onChange, disabled }: SwitchProps) {
  return (
    <button
      type="button"
      class="sw"
      role="switch"
      aria-checked={on}
      aria-label={label}
      disabled={disabled}
      onClick={() => onChange(!on)}
    />
  );
}

/** A row: words, a smaller explanation, and a switch at the end. */
export function SwitchRow(props: SwitchProps & { readonly hint?: string }) {
  return (
    <li>
      <div class="grow">
        <b class="sm">{props.label}</b>
        {props.hint && <span class="detail">{props.hint}</span>}
      </div>
      <Switch {...props} />
    </li>
  );
}

export interface ChoicesProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly options: readonly {
    readonly value: V;
    readonly label: string;
    readonly hint?: string;
  }[];
  readonly onChange: (value: V) => void;
}

/** One of a few, all of equal weight. */
export function Choices<V extends string>({ label, value, options, onChange }: ChoicesProps<V>) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="lab">{label}</legend>
      <div class={options.length === 3 ? "grid3" : "grid2"}>
        {options.map((option) => (
          <label key={option.value} class="choice">
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>
              <b>{option.label}</b>
              {option.hint && <span class="hint">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
