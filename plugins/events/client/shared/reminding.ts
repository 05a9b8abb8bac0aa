/** Setting a reminder; the first time, whether this device is to knock as well. */

import type { ClientSalon } from "@salon/client";
import type { Say } from "./words.ts";

const OFFERED = "salon.events.offered";

export async function setReminder(
  salon: ClientSalon,
  t: Say,
  occurrence: string,
  minutes: number | null,
): Promise<void> {
  await salon.command("events.remind", { occurrence, minutes });
  if (minutes === null || !mayOffer()) return;
  localStorage.setItem(OFFERED, "yes");
  salon.toast({
    text: t("offer"),
    icon: "bell",
    action: { label: t("offer_yes"), run: () => salon.navigate("/settings/notifications") },
  });
}

/** Once, where the browser takes notices and nobody has answered it. */
function mayOffer(): boolean {
  try {
    return Notification.permission === "default" && !localStorage.getItem(OFFERED);
  } catch {
    return false; // no notices in this browser, or storage is refused
  }
}
