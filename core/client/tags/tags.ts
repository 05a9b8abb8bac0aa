/**
 * What rooms and events are about ("topics" to people), and which of it I follow. Asked of the server
 * once somebody shows it, at each welcome that is not a mere way back, and then kept by the events.
 */

import "../app/first.ts";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { RoomLive, Tag } from "../wire.ts";
import type { App } from "../app/app.ts";

export class Tags {
  readonly #app: App;
  readonly #all = signal<ReadonlyMap<string, Tag>>(new Map());
  readonly #followed = signal<ReadonlySet<string>>(new Set());
  readonly all: ReadonlySignal<ReadonlyMap<string, Tag>> = this.#all;
  readonly followed: ReadonlySignal<ReadonlySet<string>> = this.#followed;

  constructor(app: App) {
    this.#app = app;
    app.on("tag.changed", (tag: Tag) => this.#changed(tag));
    app.on("tag.followed", ({ tag_id, follows }) => this.#follow(tag_id, follows));
    app.on("room.live", (live: RoomLive) => {
      void import("../app/notices.ts").then(({ liveNotice }) => liveNotice(app, live))
        .catch(() => {});
    });
    void this.ask();
  }

  async ask(): Promise<void> {
    const found = await this.#app.command("tag.list").catch(() => null);
    if (!found) return; // without a line: the next welcome asks again
    const tags = found["tags"] as readonly Tag[];
    this.#all.value = new Map(tags.map((tag) => [tag.id, tag]));
    this.#followed.value = new Set(found["followed"] as readonly string[]);
  }

  /** What these ids stand for now, each once. */
  of(ids: readonly string[]): readonly Tag[] {
    const found = ids.map((id) => this.#meant(id)).filter((tag) => tag !== undefined);
    return [...new Set(found)].filter((tag) => !tag.is_hidden);
  }

  /** All that can be followed, by name. */
  shown(): readonly Tag[] {
    return [...this.#all.value.values()]
      .filter((tag) => !tag.is_hidden && tag.merged_into_id === null)
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  #meant(id: string): Tag | undefined {
    const tag = this.#all.value.get(id);
    return tag?.merged_into_id ? this.#all.value.get(tag.merged_into_id) : tag;
  }

  #changed(tag: Tag): void {
    this.#all.value = new Map(this.#all.value).set(tag.id, tag);
    if (tag.merged_into_id === null || !this.#followed.value.has(tag.id)) return;
    this.#follow(tag.id, false);
    this.#follow(tag.merged_into_id, true);
  }

  #follow(id: string, follows: boolean): void {
    const followed = new Set(this.#followed.value);
    if (follows) followed.add(id);
    else followed.delete(id);
    this.#followed.value = followed;
  }
}

const known = new WeakMap<App, Tags>();

export function tagsOf(app: App): Tags {
  const tags = known.get(app) ?? new Tags(app);
  known.set(app, tags);
  return tags;
}
