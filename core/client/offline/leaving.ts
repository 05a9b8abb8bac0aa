/**
 * Nothing of anybody stays in this browser when they have signed out: what was kept for times without
 * a network, the page that opens then, notices that are shown, and the way by which new ones come.
 */

/** What this browser keeps of one account; its id follows. */
export const DATABASE = "salon.kept.";
/** Whose was kept last. */
export const LAST = "salon.last_account";
/** What the server was told of this device's push service. */
export const PUSH = "salon.push";

/** Never fails: what a browser refuses to have cannot be left behind. */
export async function leaveDevice(): Promise<void> {
  await Promise.allSettled([leaveStorage(), leaveShells(), leaveNotices()]);
}

async function leaveStorage(): Promise<void> {
  for (const key of [LAST, PUSH]) localStorage.removeItem(key);
  const known = (await indexedDB.databases()).map(({ name = "" }) => name);
  await Promise.all(known.filter((name) => name.startsWith(DATABASE)).map(deleted));
}

/** Also done when another page holds it: that one lets go of it, and cannot write any more. */
function deleted(name: string): Promise<void> {
  return new Promise((resolve) => {
    const deleting = indexedDB.deleteDatabase(name);
    deleting.onsuccess = deleting.onerror = deleting.onblocked = () => resolve();
  });
}

async function leaveShells(): Promise<void> {
  for (const name of await caches.keys()) await (await caches.open(name)).delete("/");
}

async function leaveNotices(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration) return;
  for (const shown of await registration.getNotifications()) shown.close();
  await (await registration.pushManager?.getSubscription())?.unsubscribe();
}
