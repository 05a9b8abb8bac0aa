/** One face, or two of several. */

import { Avatar } from "../kit/avatar.tsx";
import type { Account } from "../wire.ts";

export interface FacesProps {
  readonly accounts: readonly Account[];
  readonly here?: boolean;
  readonly small?: boolean;
}

export function Faces({ accounts, here, small }: FacesProps) {
  const size = small ? "xs" : "md";
  if (accounts.length < 2) {
    return <Avatar account={accounts[0]} size={size} {...(here === undefined ? {} : { here })} />;
  }
  return (
    <span class={small ? "pair small" : "pair"}>
      {accounts.slice(0, 2).map((account) => (
        <Avatar key={account.id} account={account} size={size} />
      ))}
    </span>
  );
}
