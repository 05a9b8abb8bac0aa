/**
 * What a `/` at the beginning of a message offers: the page's own commands and those of plugins. The
 * field keeps the focus while one chooses; a command with arguments asks for them in a dialog.
 */

import "../app/first.ts";
import { useEffect, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { useAnswer } from "../app/asking.ts";
import { type Language, language, loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Select, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { toast } from "../kit/toast.tsx";
import { know } from "../people/finding.ts";
import { CommandError } from "../socket.ts";
import { mayAt } from "../world.ts";
import type { Channel } from "../wire.ts";
import {
  type Argument,
  matching,
  type Offer,
  ownOffers,
  type Said,
  typedIn,
} from "./slash_offers.ts";

await loadWords("writing");

const LIST_ID = "slash-commands";

interface TextArea {
  readonly current: HTMLTextAreaElement | null;
}

interface Listed {
  readonly commands: readonly {
    readonly name: string;
    readonly plugin: string;
    readonly words: Readonly<Record<Language, string>>;
    readonly arguments: readonly Argument[];
  }[];
}

export default function Slash(
  { channel, text, field, onDone }: {
    readonly channel: Channel;
    readonly text: string;
    readonly field: TextArea;
    /** The command was carried out: what was typed goes. */
    readonly onDone: () => void;
  },
) {
  const app = useApp();
  const { answer } = useAnswer<Listed>("slash.list", { channel: channel.id });
  const [chosen, choose] = useState<Offer | null>(null);
  const [at, move] = useState(0);
  const [isAway, leave] = useState(false);
  const offers = [...own(app, channel), ...ofPlugins(app, channel, answer)];
  const { name, rest } = typedIn(text);
  const found = isAway || chosen ? [] : matching(offers, text);
  const current = found[Math.min(at, found.length - 1)];
  useEffect(() => (move(0), leave(false)), [name]);

  const take = (offer: Offer) => {
    if (offer.arguments.length > 0) return choose(offer);
    offer.run({}).then((said) => (tell(said), onDone()), (error) => {
      toast({ text: error.message, tone: "bad" });
    });
  };
  useKeys(field, found.length > 0 && current ? `${LIST_ID}-${current.key}` : null, (key) => {
    if (key === "ArrowDown") move((at + 1) % found.length);
    else if (key === "ArrowUp") move((at + found.length - 1) % found.length);
    else if (key === "Escape") leave(true);
    else if (current) take(current);
  });
  const close = () => {
    choose(null);
    leave(true);
    field.current?.focus();
  };
  return (
    <>
      {found.length > 0 && (
        <ul id={LIST_ID} class="slash" role="listbox" aria-label={t("slash.commands")}>
          {found.map((offer) => (
            <li
              key={offer.key}
              id={`${LIST_ID}-${offer.key}`}
              role="option"
              aria-selected={offer === current}
              onPointerDown={(event) => event.preventDefault()} // the field keeps the focus
              onClick={() =>
                take(offer)}
            >
              <b>/{offer.name}</b>
              <span class="grow trunc">{offer.title}</span>
              {offer.from && <span class="xs muted">{offer.from}</span>}
            </li>
          ))}
        </ul>
      )}
      {chosen && (
        <Arguments
          offer={chosen}
          first={rest}
          onClose={close}
          onDone={() => (choose(null), onDone(), field.current?.focus())}
        />
      )}
    </>
  );
}

function Arguments(
  { offer, first, onClose, onDone }: {
    readonly offer: Offer;
    /** What was typed behind the name: the first argument, if it takes text. */
    readonly first: string;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
) {
  const app = useApp();
  const [values, set] = useState<Readonly<Record<string, string>>>(() => {
    const [argument] = offer.arguments;
    return argument && argument.kind !== "choice" ? { [argument.name]: first } : {};
  });
  const send = async () => {
    const given: Record<string, string | number> = {};
    for (const argument of offer.arguments) {
      const value = (values[argument.name] ?? "").trim();
      if (value !== "") given[argument.name] = await meant(app, argument, value);
    }
    tell(await offer.run(given));
    onDone();
  };
  return (
    <Dialog title={`/${offer.name}`} onClose={onClose}>
      <p class="muted">{offer.title}</p>
      <Form
        send={send}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit>{t("slash.run")}</Submit>
          </DialogFoot>
        }
      >
        {offer.arguments.map((argument) => (
          <Field
            key={argument.name}
            argument={argument}
            value={values[argument.name] ?? ""}
            onInput={(value) => set({ ...values, [argument.name]: value })}
          />
        ))}
      </Form>
    </Dialog>
  );
}

function Field(
  { argument, value, onInput }: {
    readonly argument: Argument;
    readonly value: string;
    readonly onInput: (value: string) => void;
  },
) {
  const words = argument.words[language.value];
  const label = argument.is_required ? words : t("slash.optional", { field: words });
  if (argument.kind === "choice") {
    const options = argument.choices.map((choice) => ({
      value: choice.value,
      label: choice.words[language.value],
    }));
    return (
      <Select
        label={label}
        value={value}
        options={[{ value: "", label: "–" }, ...options]}
        onChange={onInput}
      />
    );
  }
  return (
    <TextField
      label={label}
      name={argument.name}
      value={value}
      onInput={onInput}
      type={argument.kind === "number" ? "number" : "text"}
      hint={argument.kind === "account" ? t("slash.account_hint") : undefined}
      {...argument.kind === "text" ? { max: argument.most } : {}}
    />
  );
}

/** What is sent of what was written into a field. */
async function meant(app: App, argument: Argument, value: string): Promise<string | number> {
  if (argument.kind === "number") return Number(value);
  if (argument.kind !== "account") return value;
  const name = value.replace(/^@/, "").toLowerCase();
  const named = () =>
    [...app.store.accounts.value.values()].find(({ handle }) => handle.toLowerCase() === name);
  if (!named()) await know(app, name);
  const found = named();
  if (found) return found.id;
  throw new CommandError({
    code: "not_found",
    field: argument.name,
    message: t("slash.nobody", { name: value }),
  });
}

function own(app: App, channel: Channel): readonly Offer[] {
  const post = (text: string) => {
    if (!app.outbox.post(channel.id, text, null)) {
      throw new CommandError({ code: "too_many", message: t("composer.too_many") });
    }
  };
  const maySlow = app.store.channels.value.has(channel.id) &&
    mayAt(app.store.world.value, "channel.manage", channel.overwrites);
  return ownOffers({ post, command: app.command, channel: channel.id, maySlow });
}

function ofPlugins(app: App, channel: Channel, answer: Listed | null): readonly Offer[] {
  return (answer?.commands ?? []).map(({ name, plugin, words, ...command }) => ({
    key: name.replace(".", "-"),
    name: name.slice(plugin.length + 1),
    title: words[language.value],
    from: plugin.replaceAll("_", " "),
    arguments: command.arguments,
    run: async (given) => {
      const fields = { channel: channel.id, command: name, arguments: given };
      const { said } = await app.command("slash.run", fields);
      return said as Said;
    },
  }));
}

function tell(said: Said): void {
  if (said) toast({ text: said[language.value] });
}

/** The keys that choose, while the field has the focus and there is something to choose. */
function useKeys(
  field: TextArea,
  current: string | null,
  pressed: (key: string) => void,
): void {
  useEffect(() => {
    const area = field.current;
    if (!area || current === null) return;
    const hear = (event: KeyboardEvent) => {
      const isPlain = !event.shiftKey && !event.isComposing;
      if (!isPlain || !["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(event.key)) {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      pressed(event.key);
    };
    const says = {
      "aria-autocomplete": "list",
      "aria-controls": LIST_ID,
      "aria-activedescendant": current,
    };
    for (const [name, value] of Object.entries(says)) area.setAttribute(name, value);
    area.addEventListener("keydown", hear, true);
    return () => {
      area.removeEventListener("keydown", hear, true);
      for (const name of Object.keys(says)) area.removeAttribute(name);
    };
  });
}
