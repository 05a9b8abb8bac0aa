/**
 * Who of a room is much quieter than the others, by what the connection counts: nobody listens to a
 * voice for it. Pure. Fetched when one is in.
 */

/** Less than this is no speech, but the room around it. */
const SPEECH_DB = -50;
/** Of speech: sooner nothing is said of somebody, and what is older counts for half. */
const JUDGED_S = 3;
const REMEMBERED_S = 20;
export const QUIET_DB = 8;
/** Where nobody else has spoken yet. */
const USUAL_DB = -30;

/** Squared loudness (1 is the loudest there is) times seconds, as browsers count it. */
interface Sound {
  readonly energy: number;
  readonly seconds: number;
}

const NOTHING: Sound = { energy: 0, seconds: 0 };

/** What is counted of each voice. */
export type Counted = ReadonlyMap<string, Sound>;

export class SpeechLevels {
  readonly #before = new Map<string, Sound>();
  readonly #spoken = new Map<string, Sound>();
  #quiet: ReadonlyMap<string, number> = new Map();

  /** Takes what was counted so far, a few times a second. */
  hear(counted: Counted): void {
    for (const [account, sound] of counted) {
      const before = this.#before.get(account) ?? sound;
      this.#before.set(account, sound);
      const since = {
        energy: sound.energy - before.energy,
        seconds: sound.seconds - before.seconds,
      };
      if (since.seconds <= 0 || loudness(since) < SPEECH_DB) continue;
      this.#spoken.set(account, added(this.#spoken.get(account) ?? NOTHING, since));
    }
  }

  /** By how many decibels each of them is below the others; the same map while nothing changes. */
  quiet(): ReadonlyMap<string, number> {
    const judged = [...this.#spoken].filter(([, { seconds }]) => seconds >= JUDGED_S);
    const below = judged.map(([account, sound]) => {
      const others = judged.filter(([other]) => other !== account).map(([, each]) => each);
      return [account, Math.round(usual(others) - loudness(sound))] as const;
    });
    const quiet = new Map(below.filter(([, dB]) => dB >= QUIET_DB));
    if ([...quiet].join() !== [...this.#quiet].join()) this.#quiet = quiet;
    return this.#quiet;
  }
}

/** What a browser's report says of voices: mine, and that of each slot. */
export function countedIn(
  report: RTCStatsReport,
  [mine, ...slots]: readonly (string | null)[],
): Counted {
  const counted = new Map<string, Sound>();
  for (const of of report.values()) {
    const isMine = of.type === "media-source" && of.kind === "audio";
    const account = isMine ? mine : of.type === "inbound-rtp" && slots[Number(of.mid?.slice(1))];
    if (!account || of.totalAudioEnergy === undefined) continue;
    counted.set(account, { energy: of.totalAudioEnergy, seconds: of.totalSamplesDuration });
  }
  return counted;
}

function loudness({ energy, seconds }: Sound): number {
  return energy > 0 ? 10 * Math.log10(energy / seconds) : -Infinity;
}

function added(before: Sound, since: Sound): Sound {
  const kept = before.seconds > REMEMBERED_S ? 0.5 : 1;
  return {
    energy: before.energy * kept + since.energy,
    seconds: before.seconds * kept + since.seconds,
  };
}

/** The one in the middle. */
function usual(others: readonly Sound[]): number {
  const levels = others.map(loudness).toSorted((a, b) => a - b);
  return levels[Math.floor(levels.length / 2)] ?? USUAL_DB;
}
