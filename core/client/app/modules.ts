/**
 * Loads the modules of plugins and hands each its `ClientSalon`. A module that cannot be loaded or
 * fails while it is activated is named in the console and leaves nothing behind; all else lives.
 */

import { computed, signal } from "@preact/signals";
import { knownIn, t, translator } from "../i18n.ts";
import { toast } from "../kit/toast.tsx";
import type { ClientSalon } from "../plugins.ts";
import { may, stateKey } from "../world.ts";
import type { ModuleInfo } from "../wire.ts";
import type { App } from "./app.ts";
import { styled, styledLater } from "./styles.ts";

export type Load = (
  url: string,
  styles: readonly string[],
) => Promise<{ default?: unknown }>;

/** Fetches a module beside its style sheets; without those it would show itself undressed. */
export const fromServer: Load = async (url, styles) => {
  const [module] = await Promise.all([import(url), styledLater(), ...styles.map(styled)]);
  return module;
};

export class Modules {
  readonly #app: App;
  readonly #load: Load;
  readonly #known = new Map<string, string>(); // plugin → address of the module that is active
  /** What the server named last. */
  named: readonly ModuleInfo[] = [];
  readonly failed = signal<ReadonlySet<string>>(new Set());
  /** Whether all that the server named has been activated, or has failed. */
  readonly isSettled = signal(false);

  constructor(app: App, load: Load) {
    this.#app = app;
    this.#load = load;
  }

  async use(wanted: readonly ModuleInfo[]): Promise<void> {
    this.named = wanted;
    const fresh = wanted.filter(({ plugin, url }) => this.#known.get(plugin) !== url);
    await Promise.all(fresh.map((module) => this.#activate(module)));
    this.isSettled.value = true;
  }

  async #activate({ plugin, url, styles = [] }: ModuleInfo): Promise<void> {
    this.#known.set(plugin, url);
    this.#app.slots.forget(plugin);
    try {
      const module = await this.#load(url, styles);
      if (typeof module.default !== "function") throw new TypeError("no default function activate");
      await module.default(clientSalon(this.#app, plugin));
    } catch (error) {
      console.error(`The client module of the plugin ${plugin} failed`, error);
      this.#app.slots.forget(plugin);
      this.failed.value = new Set(this.failed.value).add(plugin);
      toast({ text: t("plugin.module_failed", { plugin }), tone: "bad" });
    }
  }
}

export function clientSalon(app: App, plugin: string): ClientSalon {
  const { store } = app;
  return {
    plugin,
    store,
    me: store.me,
    permissions: store.permissions,
    navigate: app.router.navigate,
    toast,
    serverNow: () => app.serverNow(),
    slot: (place, component, options = {}) =>
      app.slots.add(place, { ...options, plugin, component }),
    marks: (marks) => app.slots.addMarks(plugin, marks),
    roomKind: (kind, look) => app.slots.addKind(kind, { ...look, plugin }),
    command: (type, fields = {}) => app.command(type, fields),
    on: (event, handler) => app.on(event, contained(plugin, event, handler)),
    state: <T>(roomId: string, key: string) =>
      computed(() => store.roomStates.value.get(stateKey(roomId, key)) as T | undefined),
    may: (permission) => may({ permissions: store.permissions.value }, permission),
    strings: (words) => {
      app.refusals.learn(plugin, (key, values) => knownIn(words, key, values));
      return translator(words);
    },
  };
}

// deno-lint-ignore no-explicit-any
type Handler = (data: any) => void;

function contained(plugin: string, event: string, handler: Handler): Handler {
  return (payload) => {
    try {
      handler(payload);
    } catch (error) {
      console.error(`The plugin ${plugin} failed on ${event}`, error);
    }
  };
}
