/** Pieces that no first paint shows: fetched when they are. */

import { lazily } from "../app/lazily.tsx";

export const OwnAddresses = lazily(() => import("./own_addresses.tsx"), "dialog");
