/** Finding people: asks the server page by page, since the store holds the first thousand only. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import type { Account } from "../wire.ts";

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
