/** A line that stands at a room's door before anybody goes in. */

import { isDead, type Line } from "./connection.ts";

/** A line that was prepared is used for so long; the server lets it stand a little longer. */
const STANDS_MS = 25_000;

interface Prepared {
  readonly roomId: string;
  readonly atMs: number;
  readonly line: Promise<Line | null>;
}

/** Owns the line, one at a time, until it is taken. */
export class AtDoor {
  #prepared: Prepared | null = null;

  constructor(
    readonly now: () => number,
    readonly lineTo: (roomId: string) => Promise<Line>,
  ) {}

  /** Has a line to this room; tells whether it is a new one. */
  prepare(roomId: string): boolean {
    if (this.#isFresh(roomId)) return false;
    this.leave();
    const line = this.lineTo(roomId).catch(() => null); // the usual way in stays
    this.#prepared = { roomId, atMs: this.now(), line };
    return true;
  }

  leave(): void {
    void this.#prepared?.line.then((line) => line?.connection.close());
    this.#prepared = null;
  }

  /** The line to a room if it stands still; it is nobody else's from now on. */
  async taken(roomId: string): Promise<Line | null> {
    if (!this.#isFresh(roomId)) this.leave();
    const prepared = this.#prepared;
    this.#prepared = null;
    const line = await prepared?.line;
    return line && !isDead(line.connection) ? line : null;
  }

  #isFresh(roomId: string): boolean {
    const prepared = this.#prepared;
    return prepared?.roomId === roomId && this.now() - prepared.atMs < STANDS_MS;
  }
}
