/** The running orders of stages as this page knows them, and what is being changed in them. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ClientSalon } from "@salon/client";
import { sentence } from "../shared/context.ts";

const REST_MS = 300; // a row that is dragged comes past many places

export interface Row {
  /** Below zero: the server has not numbered it yet. */
  readonly id: number;
  readonly title: string;
  readonly note: string;
  readonly length_s: number;
  /** It plays by itself. */
  readonly piece: string | null;
  readonly piece_title: string;
}

export interface Order {
  readonly room_id: string;
  readonly revision: number;
  /** The row that is on. */
  readonly current: number | null;
  readonly playing: number | null;
  readonly rows: readonly Row[];
}

interface Known extends Order {
  readonly may_lead: boolean;
}

export class Orders {
  readonly #salon: ClientSalon;
  readonly #orders = new Map<string, Signal<Known | undefined>>();
  readonly #wishes = new Map<string, readonly Row[]>();
  readonly #busy = new Set<string>();

  constructor(salon: ClientSalon) {
    this.#salon = salon;
    salon.on("recording.order_changed", (order: Order) => this.#told(order));
  }

  of(roomId: string): ReadonlySignal<Known | undefined> {
    return this.#of(roomId);
  }

  /** What was asked for before is asked for anew, after a time without a line. */
  again(): void {
    this.#orders.forEach((_, roomId) => void this.load(roomId));
  }

  async load(roomId: string): Promise<void> {
    try {
      const { order } = await this.#salon.command("recording.order", { room: roomId });
      if (!this.#isChanging(roomId)) this.#of(roomId).value = order as Known;
    } catch {
      // it is asked for again with the next welcome, and when the stage changes
    }
  }

  /** Shows the rows so at once, and writes them when they have come to rest. */
  arrange(roomId: string, rows: readonly Row[]): void {
    const known = this.#of(roomId);
    if (known.value) known.value = { ...known.value, rows };
    const isWaiting = this.#wishes.has(roomId);
    this.#wishes.set(roomId, rows);
    if (!isWaiting) setTimeout(() => void this.#write(roomId), REST_MS);
  }

  async go(roomId: string, row: number | null): Promise<void> {
    try {
      await this.#salon.command("recording.order_go", { room: roomId, row });
    } catch (error) {
      this.#salon.toast({ text: sentence(error), tone: "bad" });
    }
  }

  #of(roomId: string): Signal<Known | undefined> {
    const known = this.#orders.get(roomId) ?? signal<Known | undefined>(undefined);
    this.#orders.set(roomId, known);
    return known;
  }

  #isChanging(roomId: string): boolean {
    return this.#wishes.has(roomId) || this.#busy.has(roomId);
  }

  #told(order: Order): void {
    const known = this.#orders.get(order.room_id);
    if (!known?.value) return;
    const { current, playing } = order;
    known.value = this.#isChanging(order.room_id)
      ? { ...known.value, current, playing } // what was written meanwhile is answered to the writer
      : { ...known.value, ...order };
  }

  async #write(roomId: string): Promise<void> {
    const rows = this.#wishes.get(roomId);
    const revision = this.#of(roomId).value?.revision;
    if (!rows || revision === undefined || this.#busy.has(roomId)) return;
    this.#wishes.delete(roomId);
    this.#busy.add(roomId);
    try {
      const fields = rows.map(({ id, title, note, length_s, piece }) => ({
        id: Math.max(0, id),
        title,
        note,
        piece,
        length_s: piece ? 0 : length_s,
      }));
      const asked = { room: roomId, revision, rows: fields };
      const { order } = await this.#salon.command("recording.order_save", asked);
      this.#busy.delete(roomId);
      this.#answered(roomId, order as Known);
    } catch (error) {
      this.#salon.toast({ text: sentence(error), tone: "bad" });
      this.#wishes.delete(roomId);
      this.#busy.delete(roomId);
      await this.load(roomId);
    }
  }

  #answered(roomId: string, order: Known): void {
    const rows = this.#wishes.get(roomId);
    this.#of(roomId).value = rows ? { ...order, rows } : order;
    if (rows) void this.#write(roomId);
  }
}
