/** The places of the page that plugins fill, and the kinds of rooms they bring. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";
import type { IconName } from "../kit/icon.tsx";
import type { RoomWish } from "../rooms/wish.ts";
import { type Account, type Message, type Participant, type Room, STAGE, TALK } from "../wire.ts";

/** What a component in each place is given. */
export interface SlotProps {
  /** A block above the log of a room, 232 px at most (208 px on phones). */
  readonly "room-header": { readonly room: Room };
  /** A button in a room's head. */
  readonly "room-action": { readonly room: Room };
  /** Before a stage opens, beside what its hosts and speakers look at: a section, or nothing. */
  readonly "green-room": { readonly room: Room };
  /** An item in the menu of a message: render a `MenuItem`. */
  readonly "message-action": { readonly message: Message };
  /** A section of Home, under the doors: a heading and a list, or nothing. */
  readonly "home-section": Record<never, never>;
  /** What waits for one's answer, above the mentions of the Inbox: a heading and a list, or nothing. */
  readonly "inbox-waiting": Record<never, never>;
  /** A button in the head of Home. */
  readonly "home-action": Record<never, never>;
  /** A first step of the place, in the overview of who keeps it: render a `Step`, or nothing. */
  readonly "first-step": { readonly Step: ComponentType<FirstStep> };
  /** An entry in the sidebar under Home: render a `NavLink`, or nothing. */
  readonly "nav": Record<never, never>;
  /**
   * The page at `/p/<plugin>/…`; `path` is what follows, "/" at least. The core draws the head with
   * `title`, the component what stands under it.
   */
  readonly "page": { readonly path: string };
  /** A tab of a room's side panel; `title` is required. */
  readonly "room-panel": { readonly room: Room };
  /** A page of the settings at `/settings/<plugin>`; `title` is required. */
  readonly "settings": Record<never, never>;
  /** A page of the administration at `/admin/<plugin>`; `title` is required. */
  readonly "admin": Record<never, never>;
  /** A line of somebody's profile: one text or link. */
  readonly "profile-line": { readonly account: Account };
  /** A button in the voice bar while the person is in a room. */
  readonly "voice-bar": { readonly room: Room };
  /** A row of the dialog that opens a room: render a `SwitchRow`. `change` writes into the wish. */
  readonly "open-room": {
    readonly wish: RoomWish;
    readonly change: (part: Partial<RoomWish>) => void;
  };
  /** A quiet button at that dialog's foot: what else may become of the wish. `close` ends it. */
  readonly "open-room-instead": { readonly wish: RoomWish; readonly close: () => void };
}

/** A row among the first steps, counted with the others. */
export interface FirstStep {
  readonly title: string;
  /** What it is good for, said until it is done. */
  readonly why: string;
  readonly isDone: boolean;
  /** A button that does it, or a link to where it is done; there until then. */
  readonly children?: ComponentChildren;
}

export type Place = keyof SlotProps;

export interface SlotOptions {
  /** Read at each rendering, so that it follows the language. */
  readonly title?: () => string;
  readonly icon?: IconName;
  /** Whether it is there for this person and, where there is one, this room. */
  readonly when?: (props: { readonly room?: Room }) => boolean;
  /** Of a "page": it fills the whole panel and draws its own `PanelHead`. */
  readonly ownHead?: boolean;
}

export interface Filling<P extends Place = Place> extends SlotOptions {
  readonly plugin: string;
  readonly component: ComponentType<SlotProps[P]>;
}

export interface StageProps {
  readonly room: Room;
  readonly people: readonly Participant[];
}

export interface LifeProps extends StageProps {
  /** What is said of every room: who talks, else who is there. */
  readonly otherwise: ComponentChildren;
}

export interface KindLook {
  readonly icon: IconName;
  /**
   * One line of text where rooms are listed, at most one change in 2 s and never spoken by itself;
   * `otherwise` when there is nothing to tell.
   */
  readonly Life?: ComponentType<LifeProps>;
  /** Stands instead of the plain circle of people. */
  readonly Stage?: ComponentType<StageProps>;
}

/** What people must know before they speak, in a word or two; nothing when there is nothing. */
export interface Marks {
  /** Of a room: in red where rooms are listed, and as a dot in the tab's title. */
  readonly room?: (room: Room) => string | undefined;
  /** Of somebody in a room: at their face, and where people are listed. */
  readonly person?: (room: Room, person: Participant) => string | undefined;
}

export class Slots {
  readonly #marks = signal<readonly (Marks & { readonly plugin: string })[]>([]);
  readonly #fillings = signal<ReadonlyMap<Place, readonly Filling[]>>(new Map());
  readonly #kinds = signal<ReadonlyMap<string, KindLook & { readonly plugin: string }>>(new Map());

  add<P extends Place>(place: P, filling: Filling<P>): void {
    const before = this.#fillings.value.get(place) ?? [];
    // By name and not by who loaded first: entries stay where they are at each opening.
    const after = [...before, filling as unknown as Filling].toSorted((a, b) =>
      a.plugin.localeCompare(b.plugin)
    );
    this.#fillings.value = new Map(this.#fillings.value).set(place, after);
  }

  addKind(kind: string, look: KindLook & { readonly plugin: string }): void {
    this.#kinds.value = new Map(this.#kinds.value).set(kind, look);
  }

  addMarks(plugin: string, marks: Marks): void {
    this.#marks.value = [...this.#marks.value, { ...marks, plugin }];
  }

  /** The marks of a room, or of somebody in it. A plugin that fails has none. */
  marksOf(room: Room, person?: Participant): readonly string[] {
    return this.#marks.value.flatMap(({ plugin, ...marks }) => {
      try {
        return (person ? marks.person?.(room, person) : marks.room?.(room)) || [];
      } catch (error) {
        console.error(`The plugin ${plugin} failed in a mark`, error);
        return [];
      }
    });
  }

  of<P extends Place>(place: P): readonly Filling<P>[] {
    return (this.#fillings.value.get(place) ?? []) as unknown as readonly Filling<P>[];
  }

  readonly kinds: ReadonlySignal<ReadonlyMap<string, KindLook & { readonly plugin: string }>> =
    this.#kinds;

  /** What stands for a room: its kind's own icon, a plain door, or a piece that is missing. */
  iconOf({ kind }: Pick<Room, "kind">): IconName {
    if (kind === STAGE) return "stage";
    return kind === TALK ? "door" : this.#kinds.value.get(kind)?.icon ?? "puzzle";
  }

  /** A module is loaded anew or has failed while it was activated: nothing of it stays. */
  forget(plugin: string): void {
    this.#fillings.value = new Map(
      [...this.#fillings.value].map((
        [place, all],
      ) => [place, all.filter((f) => f.plugin !== plugin)]),
    );
    this.#marks.value = this.#marks.value.filter((marks) => marks.plugin !== plugin);
    this.#kinds.value = new Map(
      [...this.#kinds.value].filter(([, look]) => look.plugin !== plugin),
    );
  }
}
