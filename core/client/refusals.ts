/**
 * What the server refuses, said in the reader's language: by `reason`, or by `code` where that has
 * one sentence only. The server's own sentence stays where there are no words for it, as for a
 * plugin without a module.
 */

import { moment } from "./format.ts";
import { known, language, loadWords, t, type Values } from "./i18n.ts";
import { CommandError } from "./socket.ts";

/** A plugin's words: null for a key that it does not have. */
type Say = (key: string, values: Values) => string | null;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const MINUTE_S = 60;

export class Refusals {
  readonly #ofPlugins = new Map<string, Say>();

  /** A plugin's `error.<slug>` is the sentence of its reason `<plugin>.<slug>`. */
  learn(plugin: string, say: Say): void {
    this.#ofPlugins.set(plugin, say);
  }

  async inWords(refusal: CommandError): Promise<CommandError> {
    if (refusal.code === "lost") return saying(refusal, t("net.try_later"));
    await loadWords("errors").catch(() => {}); // the line may be worse than it seemed
    return saying(refusal, this.#sentence(refusal) ?? refusal.message);
  }

  #sentence({ code, reason = code, facts }: CommandError): string | null {
    return this.say("error.", reason, this.#values(facts));
  }

  /**
   * What is said of a name; `prefix` is `error.`, or `may.` for a permission. Names of a plugin begin
   * with its own; those of the core may have dots too.
   */
  say(prefix: string, name: string, values: Values = {}): string | null {
    const dot = name.indexOf(".");
    const plugin = this.#ofPlugins.get(name.slice(0, Math.max(0, dot)));
    if (plugin) return plugin(prefix + name.slice(dot + 1), values);
    return known(prefix + name, values);
  }

  #values(facts: Readonly<Record<string, unknown>>): Values {
    const values: Record<string, string | number> = {};
    for (const [name, fact] of Object.entries(facts)) {
      if (typeof fact === "number") values[name] = fact;
      if (typeof fact === "string") values[name] = INSTANT.test(fact) ? moment(fact) : fact;
    }
    const { permission, retry_after_s } = facts;
    if (typeof retry_after_s === "number") values["wait"] = wait(retry_after_s);
    if (typeof permission === "string") {
      values["permission"] = this.say("may.", permission) ?? permission;
    }
    return values;
  }
}

function saying(refusal: CommandError, message: string): CommandError {
  return new CommandError({ ...refusal.facts, code: refusal.code, message });
}

/** "4 seconds", "15 minutes" */
export function wait(seconds: number): string {
  const inMinutes = seconds >= 1.5 * MINUTE_S;
  const number = Math.max(1, Math.ceil(inMinutes ? seconds / MINUTE_S : seconds));
  const unit = inMinutes ? "minute" : "second";
  return new Intl.NumberFormat(language.value, { style: "unit", unit, unitDisplay: "long" })
    .format(number);
}
