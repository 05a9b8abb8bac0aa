/** Which commands a `/` offers, and what each takes: without the page around it. */

import { type Language, t } from "../i18n.ts";
import type { Command } from "./outbox.ts";

export type Said = Readonly<Record<Language, string>> | null;

export interface Argument {
  readonly name: string;
  readonly words: Readonly<Record<Language, string>>;
  readonly kind: "text" | "number" | "choice" | "account";
  readonly is_required: boolean;
  readonly least: number;
  readonly most: number;
  readonly choices: readonly {
    readonly value: string;
    readonly words: Readonly<Record<Language, string>>;
  }[];
}

export interface Offer {
  readonly key: string;
  readonly name: string;
  readonly title: string;
  /** Whose it is; empty for the page's own. */
  readonly from: string;
  readonly arguments: readonly Argument[];
  readonly run: (given: Readonly<Record<string, string | number>>) => Promise<Said>;
}

const SHOWN_MAX = 8;

/** The name that is being typed and what stands behind it. */
export function typedIn(text: string): { readonly name: string; readonly rest: string } {
  const [, name = "", rest = ""] = /^\/(\S*)\s*([^\n]*)/.exec(text) ?? [];
  return { name: name.toLowerCase(), rest };
}

/** What fits: names that begin so; behind a space only the one of that very name. */
export function matching(offers: readonly Offer[], text: string): readonly Offer[] {
  if (!text.startsWith("/") || text.includes("\n")) return [];
  const { name } = typedIn(text);
  const isWhole = /\s/.test(text);
  return offers
    .filter((offer) => isWhole ? offer.name === name : offer.name.startsWith(name))
    .slice(0, SHOWN_MAX);
}

/** The page's own commands. */
export function ownOffers(
  { post, command, channel, maySlow }: {
    readonly post: (text: string) => void;
    readonly command: Command;
    readonly channel: string;
    readonly maySlow: boolean;
  },
): readonly Offer[] {
  const offers: readonly Offer[] = [
    {
      key: "spoiler",
      name: "spoiler",
      title: t("slash.spoiler"),
      from: "",
      arguments: [text("words", { en: "Hidden words", fr: "Mots masqués" }, 3_900)],
      run: ({ words = "" }) => Promise.resolve(post(`||${words}||`)).then(() => null),
    },
    {
      key: "nick",
      name: "nick",
      title: t("slash.nick"),
      from: "",
      arguments: [text("display_name", { en: "Name", fr: "Nom" }, 32)],
      run: (given) => command("account.edit", given).then(() => null),
    },
    {
      key: "slow",
      name: "slow",
      title: t("slash.slow"),
      from: "",
      arguments: [{
        ...text("slow_mode_s", { en: "Seconds, 0 for off", fr: "Secondes, 0 pour aucune" }, 21_600),
        kind: "number",
      }],
      run: (given) => command("channel.edit", { ...given, channel }).then(() => null),
    },
  ];
  return maySlow ? offers : offers.filter(({ key }) => key !== "slow");
}

function text(name: string, words: Argument["words"], most: number): Argument {
  return { name, words, kind: "text", is_required: true, least: 0, most, choices: [] };
}
