/** People beyond the first thousand that the snapshot holds: asked for when they appear. */

import { useEffect } from "preact/hooks";
import type { Account } from "../wire.ts";
import { type App, useApp } from "./app.ts";

const asked = new WeakMap<App, Set<string>>();

/** The account, as soon as it is known; undefined until then. */
export function useAccount(id: string | undefined): Account | undefined {
  const app = useApp();
  const account = id === undefined ? undefined : app.store.accounts.value.get(id);
  const isUnknown = id !== undefined && account === undefined;
  useEffect(() => {
    if (isUnknown) void meet(app, id);
  }, [isUnknown, id]);
  return account;
}

async function meet(app: App, id: string): Promise<void> {
  const known = asked.get(app) ?? new Set();
  asked.set(app, known);
  if (known.has(id)) return;
  known.add(id);
  try {
    const before = String(BigInt(id) - 1n); // the list goes by id: the next one is who we want
    const { accounts } = await app.command("account.list", { after: before, limit: 1 }) as {
      accounts: readonly Account[];
    };
    const found = accounts[0];
    if (found?.id === id) app.store.apply({ event: "account.changed", data: found }, Date.now());
  } catch {
    known.delete(id); // asked again when they appear again
  }
}
