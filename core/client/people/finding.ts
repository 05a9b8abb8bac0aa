/** Finding people: asks the server page by page, since the store holds the first thousand only. */

import { useEffect, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import type { Account } from "../wire.ts";
import { peopleKnown } from "../world.ts";

const PAGE = 50;
const ASK_AFTER_MS = 250;

export function useAccounts(query: string, role = "") {
  const app = useApp();
  const [found, take] = useState<readonly Account[]>([]);
  const [hasMore, know] = useState(false);
  const fetch = async (after: Account | undefined) => {
    const asked = {
      limit: PAGE,
      ...(query.trim() ? { query: query.trim() } : {}),
      ...(role ? { role } : {}),
      ...(after ? { after: after.id } : {}),
    };
    const { accounts } = await app.command("account.list", asked) as unknown as {
      accounts: readonly Account[];
    };
    take(after ? [...found, ...accounts] : accounts);
    know(accounts.length === PAGE);
  };
  useEffect(() => {
    const timer = setTimeout(() => void fetch(undefined).catch(() => {}), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [query, role, app.socket.phase.value]);
  const known = app.store.accounts.value;
  return {
    accounts: found.map((account) => known.get(account.id) ?? account),
    hasMore,
    more: () => void fetch(found.at(-1)).catch(() => {}),
  };
}

/** Whom these letters mean comes to be known to the page; where everybody is, nothing is asked. */
export function useKnowing(letters: string): void {
  const app = useApp();
  const query = letters.trim();
  const isAsked = query !== "" && peopleKnown(app.store.world.value) < app.store.world.value.people;
  useEffect(() => {
    if (!isAsked) return;
    const timer = setTimeout(() => void know(app, query).catch(() => {}), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [query, isAsked]);
}

/** Asks the server for those whose handle or name holds the letters, and tells the store. */
export async function know(app: App, query: string): Promise<void> {
  const { accounts } = await app.command("account.list", { query });
  app.store.meet(accounts as readonly Account[]);
}
