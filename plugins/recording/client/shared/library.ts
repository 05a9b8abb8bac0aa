/** What this page knows of recordings and episodes; asked for when a view needs it, then kept fresh. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ClientSalon } from "@salon/client";
import type { About, Asked, Episode, Take } from "./wire.ts";
import { sentence } from "./context.ts";

export class Library {
  readonly #salon: ClientSalon;
  readonly #about = signal<About | undefined>(undefined);
  readonly #takes = signal<readonly Take[] | undefined>(undefined);
  readonly #mine = signal<readonly Take[] | undefined>(undefined);
  readonly #asked = signal<readonly Asked[] | undefined>(undefined);
  readonly #episodes = signal<readonly Episode[] | undefined>(undefined);
  readonly #problem = signal<string | null>(null);

  /** Whether recording is on, and where the show is; undefined before the first answer. */
  readonly about: ReadonlySignal<About | undefined> = this.#about;
  /** Newest first; undefined before the first answer. */
  readonly takes: ReadonlySignal<readonly Take[] | undefined> = this.#takes;
  readonly mine: ReadonlySignal<readonly Take[] | undefined> = this.#mine;
  readonly asked: ReadonlySignal<readonly Asked[] | undefined> = this.#asked;
  readonly episodes: ReadonlySignal<readonly Episode[] | undefined> = this.#episodes;
  readonly problem: ReadonlySignal<string | null> = this.#problem;

  constructor(salon: ClientSalon) {
    this.#salon = salon;
  }

  switched(about: About): void {
    this.#about.value = about;
  }

  changed({ episode }: { readonly episode: Episode }): void {
    const known = this.#episodes.value;
    if (!known) return;
    const isNew = !known.some(({ id }) => id === episode.id);
    this.#episodes.value = isNew
      ? [episode, ...known]
      : known.map((each) => each.id === episode.id ? episode : each);
  }

  async loadAbout(): Promise<void> {
    await this.#ask("recording.about", (result) => this.#about.value = result as unknown as About);
  }

  async loadTakes(): Promise<void> {
    await this.#ask("recording.takes", ({ takes }) => this.#takes.value = takes as Take[]);
  }

  async loadMine(): Promise<void> {
    await this.#ask("recording.mine", ({ takes }) => this.#mine.value = takes as Take[]);
  }

  async loadAsked(): Promise<void> {
    await this.#ask("recording.asked", ({ episodes }) => this.#asked.value = episodes as Asked[]);
  }

  /** Knows who is asked, until the function returned is called. */
  watchAsked(): () => void {
    const load = () => void this.loadAsked();
    load();
    const ends = ["asked", "heeded"].map((what) =>
      this.#salon.on(`recording.release_${what}`, load)
    );
    return () => ends.forEach((end) => end());
  }

  async loadEpisodes(): Promise<void> {
    await this.#ask(
      "recording.episodes",
      ({ episodes }) => this.#episodes.value = episodes as Episode[],
    );
  }

  async #ask(command: string, keep: (result: Record<string, unknown>) => void): Promise<void> {
    try {
      keep(await this.#salon.command(command));
      this.#problem.value = null;
    } catch (error) {
      this.#problem.value = sentence(error);
    }
  }
}
