/** The world of this page as signals. */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { t } from "./i18n.ts";
import { reduce, welcomed } from "./reducers.ts";
import type { Account, EventFrame, Hello } from "./wire.ts";
import { EMPTY, type World } from "./world.ts";

/** All whom this page knows. Hears of whoever is looked for and not among them. */
class Known extends Map<string, Account> {
  constructor(
    accounts: Iterable<readonly [string, Account]>,
    readonly missed: (id: string) => void,
  ) {
    super(accounts);
  }

  override get(id: string): Account | undefined {
    const account = super.get(id);
    if (!account) this.missed(id);
    return account;
  }
}

/** Who has left for good has no name; a bot that was taken away keeps its own. */
function called(account: Account): Account {
  const isNobody = account.state === "deleted" && account.display_name === account.handle;
  return isNobody ? { ...account, display_name: t("person.left") } : account;
}

/** The world as signals; `read` is narrow on purpose, only the page's session writes. */
export class Store {
  readonly #world = signal<World>(EMPTY);
  readonly world: ReadonlySignal<World> = this.#world;
  readonly community = this.#part((w) => w.community);
  readonly accounts = this.#part((w) => w.accounts);
  readonly roles = this.#part((w) => w.roles);
  readonly emoji = this.#part((w) => w.emoji);
  readonly categories = this.#part((w) => w.categories);
  readonly channels = this.#part((w) => w.channels);
  readonly rooms = this.#part((w) => w.rooms);
  readonly conversations = this.#part((w) => w.conversations);
  readonly threads = this.#part((w) => w.threads);
  readonly followed = this.#part((w) => w.followed);
  readonly privacy = this.#part((w) => w.privacy);
  readonly reads = this.#part((w) => w.reads);
  readonly roomKinds = this.#part((w) => w.roomKinds);
  readonly here = this.#part((w) => w.here);
  readonly absent = this.#part((w) => w.absent);
  readonly participants = this.#part((w) => w.participants);
  readonly speaking = this.#part((w) => w.speaking);
  readonly slots = this.#part((w) => w.slots);
  readonly roomStates = this.#part((w) => w.roomStates);
  readonly typing = this.#part((w) => w.typing);
  readonly permissions = this.#part((w) => w.permissions);
  readonly me = computed(() => this.#world.value.accounts.get(this.#world.value.me));

  /** Called with the id of somebody who is looked for and not known here. */
  onStranger: (id: string) => void = () => {};

  welcome(hello: Hello): void {
    this.#keep(welcomed(this.#world.value, hello));
  }

  apply(frame: EventFrame, nowMs: number): void {
    const isOfPerson = frame.event === "account.changed";
    const told = isOfPerson ? { ...frame, data: called(frame.data) } : frame;
    this.#keep(reduce(this.#world.value, told, nowMs));
  }

  /** People who were asked for. */
  meet(accounts: readonly Account[]): void {
    const world = this.#world.value;
    const met = accounts.map((account) => [account.id, called(account)] as const);
    this.#keep({ ...world, accounts: new Map([...world.accounts, ...met]) });
  }

  /** The line is gone: who talks now is not known, and a light that stays would be a lie. */
  hush(): void {
    const world = this.#world.value;
    if (world.speaking.size > 0) this.#world.value = { ...world, speaking: new Map() };
  }

  #keep(world: World): void {
    const { accounts } = world;
    this.#world.value = accounts instanceof Known
      ? world
      : { ...world, accounts: new Known(accounts, (id) => this.onStranger(id)) };
  }

  #part<T>(of: (world: World) => T): ReadonlySignal<T> {
    return computed(() => of(this.#world.value));
  }
}
