/** Somebody's account, by id. */

import type { Account } from "../wire.ts";
import { useApp } from "./app.ts";

/** The account, as soon as it is known; undefined until then. */
export function useAccount(id: string | undefined): Account | undefined {
  return useApp().store.accounts.value.get(id ?? "");
}
