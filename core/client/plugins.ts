/**
 * `@salon/client`: what a plugin's module in the page may import, and what it is given.
 *
 * A module is an ES module with one default export. The server names it in its welcome and the page
 * imports it once; it shares the page's Preact and signals through the import map.
 *
 * ```tsx
 * import { type ClientSalon, MenuItem } from "@salon/client";
 *
 * export default function activate(salon: ClientSalon) {
 *   const t = salon.strings({
 *     en: { report: "Report to the hosts", thanks: "Thank you. A host will look." },
 *     fr: { report: "Signaler aux hôtes", thanks: "Merci. Un hôte va regarder." },
 *   });
 *   salon.slot("message-action", ({ message }) => (
 *     <MenuItem
 *       icon="flag"
 *       tone="warn"
 *       onPress={async () => {
 *         await salon.command("moderation.report", { message: message.id });
 *         salon.toast({ text: t("thanks") });
 *       }}
 *     >
 *       {t("report")}
 *     </MenuItem>
 *   ));
 * }
 * ```
 *
 * A module that fails is named and dropped; a component that fails leaves its own place empty; a
 * handler that fails is named in the console. Nothing of it takes the page with it.
 *
 * Rules of the house: no inline styles or handlers and no HTML from strings (the page's policy
 * forbids them), colours by the custom properties of `kit/tokens.css`, classes with the plugin's
 * name in front, amber for people and live clocks only, red for recording and destroying only.
 */

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { KindLook, Marks, Place, SlotOptions, SlotProps } from "./app/slots.ts";
import type { Language, Text, Values } from "./i18n.ts";
import type { Toast } from "./kit/toast.tsx";
import type { Store } from "./store.ts";
import type { Account } from "./wire.ts";

/** The page, as one plugin sees it. */
export interface ClientSalon {
  /** The plugin's own name. */
  readonly plugin: string;

  /** What the page knows: community, accounts, channels, rooms, who is where. Read only. */
  readonly store: Store;

  /** The signed-in account; undefined before the first welcome. */
  readonly me: ReadonlySignal<Account | undefined>;

  /** What the account holds everywhere; `*` means all. Ask with `may`. */
  readonly permissions: ReadonlySignal<ReadonlySet<string>>;

  /** The server's time in ms: what its times are measured by, also where this device's clock is wrong. */
  readonly serverNow: () => number;

  /** Whether the account holds a permission everywhere. For display: the server decides. */
  readonly may: (permission: string) => boolean;

  /**
   * Puts a component in a place of the page. What it is given depends on the place; `title`, `icon`
   * and `when` are read at each rendering. Several may stand in one place, in the order of calls.
   */
  readonly slot: <P extends Place>(
    place: P,
    component: ComponentType<SlotProps[P]>,
    options?: SlotOptions,
  ) => void;

  /** Signs at rooms and people, read at each rendering. */
  readonly marks: (marks: Marks) => void;

  /** How rooms of the plugin's kind (`<plugin>.<kind>`) look. */
  readonly roomKind: (kind: string, look: KindLook) => void;

  /**
   * Sends a command and gives its result. Fails with a `CommandError`, whose `message` is a
   * sentence in the reader's language and whose `code` is one of docs/protocol.md, or `lost` when
   * the line broke.
   */
  readonly command: (
    type: string,
    fields?: Readonly<Record<string, unknown>>,
  ) => Promise<Record<string, unknown>>;

  /** Calls back with the `data` of each such event until the returned function is called. */
  // deno-lint-ignore no-explicit-any
  readonly on: (event: string, handler: (data: any) => void) => () => void;

  /** A part of a room's live state as the server's plugin set it; undefined when there is none. */
  readonly state: <T>(roomId: string, key: string) => ReadonlySignal<T | undefined>;

  /**
   * A `t(key, values)` over the plugin's own words, which follows the reader's language. A key
   * `error.lent` is said when the plugin's side of the server refuses with the reason
   * `<plugin>.lent`, filled with the facts of the refusal; `may.lend` names its permission, and
   * `audit.lent` tells of its deed in the audit log, of `{actor}` and `{name}`; `job.lend` says what
   * its background job of that name does.
   */
  readonly strings: <K extends string>(
    words: Readonly<Record<Language, Readonly<Record<K, Text>>>>,
  ) => (key: K, values?: Values) => string;

  /** Goes to an address of the app: `/r/kitchen`, `/p/<plugin>/queue`. */
  readonly navigate: (to: string) => void;

  /** Short news at the edge of the page. */
  readonly toast: (news: Toast) => void;
}

/** What the default export of a module must be. */
export type Activate = (salon: ClientSalon) => void | Promise<void>;

export type {
  KindLook,
  LifeProps,
  Marks,
  Place,
  SlotOptions,
  SlotProps,
  StageProps,
} from "./app/slots.ts";
export type { RoomWish } from "./rooms/wish.ts";
export type { Language, Text, Values } from "./i18n.ts";
export type { Toast } from "./kit/toast.tsx";
export type { OwnAddress, OwnAddressesProps } from "./kit/own_addresses.tsx";
export type { Store } from "./store.ts";
export type { Table, World } from "./world.ts";
export type {
  Account,
  Category,
  Channel,
  Community,
  EventFrame,
  Message,
  Participant,
  Refusal,
  Role,
  Room,
} from "./wire.ts";

export { useAccount } from "./app/acquaintance.ts";
export { BackToRooms, PanelHead } from "./app/frame.tsx";
export { NavLink } from "./app/nav.tsx";
export { clock, date, day, moment, relative } from "./format.ts";
export { language, listed } from "./i18n.ts";
export { Avatar, hueClass } from "./kit/avatar.tsx";
export { Button, IconButton, Link } from "./kit/button.tsx";
export { Dialog, DialogFoot } from "./kit/dialog.tsx";
export { Doorway, TalkingBars } from "./kit/doorway.tsx";
export { Choices, Select, Switch, SwitchRow, TextField } from "./kit/field.tsx";
export { Form, Submit } from "./kit/form.tsx";
export { Icon, type IconName } from "./kit/icon.tsx";
export { List, ListRow, Tabs } from "./kit/list.tsx";
export { OwnAddresses } from "./kit/on_demand.ts";
export { Menu, MenuItem, MenuLine } from "./kit/menu.tsx";
export { LevelMeter } from "./kit/meter.tsx";
export { Boundary, Empty, Note, Skeleton } from "./kit/place.tsx";
export { toast } from "./kit/toast.tsx";
export { bytes } from "./sizes.ts";
export { CommandError } from "./socket.ts";
export { TagsField, TopicsOf } from "./tags/on_demand.ts";
export { compareIds, isNewer } from "./wire.ts";
