/** All that is read from the reports of a line that stands. Fetched by who is in, no part of the first paint. */

import { takeOffer } from "./connection.ts";
import { judging, type LineJudgement } from "./line_quality.ts";
import { Repeats } from "./repeats.ts";
import { countedIn, SpeechLevels } from "./speech_levels.ts";

const REPEATS_EACH = 4; // reports

export interface Followed extends LineJudgement {
  /** Who is much quieter than the others, by how many decibels. */
  readonly quiet: ReadonlyMap<string, number>;
}

export class Following {
  readonly #repeats = new Repeats(takeOffer);
  readonly #judge = judging();
  readonly #levels = new SpeechLevels();
  #reports = 0;

  /** Takes every report, four a second, and says once a second what is so. `voices`: mine, and each slot's. */
  follow(
    report: RTCStatsReport,
    connection: RTCPeerConnection,
    nowMs: number,
    voices: readonly (string | null)[],
  ): Followed | null {
    if (this.#reports++ % REPEATS_EACH === 0) this.#repeats.follow(report, connection, nowMs);
    this.#levels.hear(countedIn(report, voices));
    const line = this.#judge(report, nowMs);
    return line && { ...line, quiet: this.#levels.quiet() };
  }
}
